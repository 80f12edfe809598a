import type { Config } from "vega-lite";

const CATEGORIES = ["#1c857d", "#c9741a", "#5b6fc4", "#b5478a", "#6a8f2d", "#9a6a4f", "#3d8fb8", "#8f7fb0"];

/** The page's colours and letters for a chart in `host`; read when drawn, since they follow light and dark. */
export function themeOf(host: HTMLElement): Config {
  const style = getComputedStyle(host);
  const colour = (name: string) => resolved(host, name);
  const [ink, muted, line, accent, surface] = ["--ink", "--muted", "--line", "--accent", "--surface"].map(colour) as [
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    // A saved picture is looked at elsewhere, on another ground.
    background: surface,
    font: style.fontFamily,
    view: { stroke: "transparent" },
    axis: { labelColor: muted, titleColor: muted, gridColor: line, domainColor: line, tickColor: line, labelOverlap: "parity", labelSeparation: 4, ...letters },
    legend: { labelColor: muted, titleColor: muted, ...letters },
    title: { color: ink, anchor: "start", fontWeight: 600, fontSize: 14, subtitleColor: muted, subtitleFontSize: 12 },
    bar: { color: accent, cornerRadiusEnd: 2 },
    line: { color: accent, strokeWidth: 2 },
    point: { color: accent, filled: true },
    range: { category: CATEGORIES },
  };
}

const letters = { labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500 } as const;

/** The browser's own reading of a variable: `light-dark()` means nothing to a chart. */
function resolved(host: HTMLElement, name: string): string {
  const probe = host.appendChild(document.createElement("span"));
  probe.style.color = `var(${name})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
