import { html, svg, type TemplateResult } from "lit";

import type { Line } from "./stats";

const WIDTH = 300;
const HEIGHT = 72;

/** A small picture of lines over time, the newest on the right, from zero to the largest value. */
export function sparkline(title: string, lines: readonly Line[], format: (value: number) => string): TemplateResult {
  const most = Math.max(1e-9, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const spoken = lines.map(({ name, values }) => `${name} ${shown(values, format)}`);
  return html`<figure class="picture" data-testid="picture">
    <figcaption>${title}</figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${title}: ${spoken.join(", ")}">
      ${lines.map(({ values }, at) => svg`<polyline class="line line-${at}" points=${pointsOf(values, most)} />`)}
    </svg>
    <ul>
      ${lines.map(
        ({ name, values }, at) => html`<li><span class="mark line-${at}" aria-hidden="true"></span>${name} <b>${shown(values, format)}</b></li>`,
      )}
    </ul>
  </figure>`;
}

/** Where nothing was measured the line goes straight to the next value. */
export function pointsOf(values: readonly (number | null)[], most: number): string {
  const step = WIDTH / Math.max(1, values.length - 1);
  return values
    .flatMap((value, at) =>
      value === null ? [] : [`${(at * step).toFixed(1)},${(HEIGHT - 1 - (value / most) * (HEIGHT - 2)).toFixed(1)}`],
    )
    .join(" ");
}

function shown(values: readonly (number | null)[], format: (value: number) => string): string {
  const last = values.findLast((value) => value !== null);
  return last == null ? "–" : format(last);
}
