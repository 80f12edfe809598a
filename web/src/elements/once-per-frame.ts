/**
 * Calls `draw` once for many requests: at the next frame, and in a tab that is not shown, where there are no frames,
 * twice a second.
 */
export function oncePerFrame(draw: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    const run = () => {
      waiting = false;
      draw();
    };
    if (document.hidden) setTimeout(run, 500);
    else requestAnimationFrame(run);
  };
}
