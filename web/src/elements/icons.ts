import { svg, type SVGTemplateResult } from "lit";

const icon = (path: SVGTemplateResult): SVGTemplateResult => svg`
  <svg class="icon" viewBox="0 0 20 20" width="18" height="18" fill="none" stroke="currentColor" stroke-width="1.7"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${path}</svg>`;

export const octagon = svg`
  <svg class="icon logo" viewBox="0 0 20 20" width="22" height="22" aria-hidden="true">
    <path fill="currentColor" d="M6.3 1.2h7.4l5.1 5.1v7.4l-5.1 5.1H6.3l-5.1-5.1V6.3z" />
    <rect class="logo-mark" x="6.6" y="6.6" width="6.8" height="6.8" rx="1" />
  </svg>`;
export const send = icon(svg`<path d="M10 16V4M5 9l5-5 5 5" />`);
export const stop = svg`
  <svg class="icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
    <rect fill="currentColor" x="5" y="5" width="10" height="10" rx="1.5" />
  </svg>`;
export const copy = icon(svg`<rect x="7" y="7" width="9" height="9" rx="2" /><path d="M4 13V6a2 2 0 0 1 2-2h7" />`);
export const check = icon(svg`<path d="m4.5 10.5 3.5 3.5 7.5-8" />`);
export const cross = icon(svg`<path d="m5.5 5.5 9 9m0-9-9 9" />`);
export const retry = icon(svg`<path d="M15.5 10a5.5 5.5 0 1 1-1.6-3.9M15.5 3v3.6h-3.6" />`);
export const plus = icon(svg`<path d="M10 4v12M4 10h12" />`);
export const down = icon(svg`<path d="M10 4v12m-5-5 5 5 5-5" />`);
export const chevron = svg`
  <svg class="icon chevron" viewBox="0 0 20 20" width="16" height="16" fill="none" stroke="currentColor"
    stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="m8 5 5 5-5 5" /></svg>`;
export const panel = icon(svg`<rect x="3" y="4" width="14" height="12" rx="2" /><path d="M8 4v12" />`);
export const table = icon(svg`<rect x="3" y="4" width="14" height="12" rx="2" /><path d="M3 8h14M3 12h14M9 8v8" />`);
export const pencil = icon(svg`<path d="m4 16 .8-3.2 8.4-8.4 2.4 2.4-8.4 8.4z" />`);
export const thumb = icon(svg`<path d="M6 9v7.5H3.5V9zm0 0 3.2-6c1.3 0 2 .9 1.8 2.1L10.6 8h4.6c1 0 1.7.9 1.5 1.9l-1 5c-.2 1-.9 1.6-1.9 1.6H6" />`);
export const earlier = icon(svg`<path d="M16 10H4m5-5-5 5 5 5" />`);
export const later = icon(svg`<path d="M4 10h12m-5-5 5 5-5 5" />`);
export const play = icon(svg`<path d="M6.5 4.5v11l9-5.5z" />`);
