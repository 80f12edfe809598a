export const ROW_HEIGHT_PX = 30;

/** Browsers stop at some 33 million pixels; beyond this height a pixel of scrolling stands for more than one. */
const TALLEST_PX = 30_000_000;
const SPARE_ROWS = 8;

export interface Window {
  /** First row to be shown, and the row after the last. */
  readonly first: number;
  readonly end: number;
  /** Where the first of them stands, in pixels from the top of the scrolled content. */
  readonly offsetPx: number;
}

/** Height of the scrolled content. */
export function contentHeightPx(rowCount: number): number {
  return Math.min(rowCount * ROW_HEIGHT_PX, TALLEST_PX);
}

/** Where to scroll to, so that the row is in view; as it is where it is already. */
export function scrollTopFor(row: number, scrollTopPx: number, visiblePx: number, rowCount: number): number {
  const full = rowCount * ROW_HEIGHT_PX;
  const scale = scaleOf(full, visiblePx, contentHeightPx(rowCount));
  const top = scrollTopPx * scale;
  const lowest = row * ROW_HEIGHT_PX;
  const highest = lowest + ROW_HEIGHT_PX - visiblePx;
  return Math.max(Math.min(top, lowest), highest) / scale;
}

/** How many pixels of rows one pixel of scrolling stands for. */
function scaleOf(fullPx: number, visiblePx: number, heightPx: number): number {
  return fullPx > heightPx ? (fullPx - visiblePx) / Math.max(1, heightPx - visiblePx) : 1;
}

/** Which rows to draw so that the visible part is filled, with some to spare above and below. */
export function windowOf(scrollTopPx: number, visiblePx: number, rowCount: number): Window {
  const full = rowCount * ROW_HEIGHT_PX;
  const height = contentHeightPx(rowCount);
  const reach = Math.max(1, height - visiblePx);
  const scale = scaleOf(full, visiblePx, height);
  const virtualTop = Math.min(scrollTopPx, reach) * scale;
  const first = Math.max(0, Math.floor(virtualTop / ROW_HEIGHT_PX) - SPARE_ROWS);
  const visible = Math.ceil(visiblePx / ROW_HEIGHT_PX) + 2 * SPARE_ROWS + 1;
  const end = Math.min(rowCount, first + visible);
  return { first, end, offsetPx: first * ROW_HEIGHT_PX - virtualTop + Math.min(scrollTopPx, reach) };
}
