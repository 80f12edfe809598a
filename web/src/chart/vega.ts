import { loader, parse, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";

import { themeOf } from "./theme";

/** Takes no addresses at all: a chart is made of the rows it is given. */
function refusingLoader(): ReturnType<typeof loader> {
  const refuse = (uri: string) => Promise.reject(new Error(`a chart may not load ${uri}`));
  return Object.assign(loader(), { load: refuse, sanitize: refuse, http: refuse, file: refuse });
}

/** Twice the size on the page, so that a saved picture is sharp. */
const PNG_SCALE = 2;

/** A chart that stands in the page. */
export interface Drawing {
  clear(): void;
  svg(): Promise<Blob>;
  png(): Promise<Blob>;
}

/**
 * Draws a Vega-Lite specification into `host`, in the page's colours and as wide as `host`. Returns what can
 * be done with it. Rejects where the specification cannot be drawn.
 *
 * Under the Content-Security-Policy no code can be made from text, so expressions are interpreted.
 */
export async function draw(host: HTMLElement, spec: object): Promise<Drawing> {
  const sized = { width: "container", height: "container", ...spec, autosize: { type: "fit", contains: "padding" } };
  const compiled = compile(sized as TopLevelSpec, { config: themeOf(host), logger: quiet });
  const view = new View(parse(compiled.spec, undefined, { ast: true }), {
    expr: expressionInterpreter,
    loader: refusingLoader(),
    renderer: "svg",
    container: host,
    hover: true,
  });
  await view.runAsync();
  return {
    clear: () => void view.finalize(),
    svg: async () => new Blob([await view.toSVG()], { type: "image/svg+xml" }),
    png: async () => pngOf(await view.toCanvas(PNG_SCALE)),
  };
}

function pngOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser made no picture of it"))), "image/png"),
  );
}

/** Vega-Lite warns about what it corrects by itself; that is nothing for the reader. */
const quiet = {
  level: () => quiet,
  error: () => quiet,
  warn: () => quiet,
  info: () => quiet,
  debug: () => quiet,
} as unknown as NonNullable<NonNullable<Parameters<typeof compile>[1]>["logger"]>;
