import { describe, expect, it } from "vitest";

/** Each folder may import from those further down, and from itself. Those on one line do not know each other. */
const LAYERS: readonly (readonly string[])[] = [
  [""],
  ["components/shell"],
  ["components/conversation", "components/share-page", "components/board"],
  ["components/answer", "components/schema", "components/saved"],
  ["table", "chart", "ops", "editor", "export"],
  ["text", "elements", "model"],
  ["model/conversations", "model/answers", "model/catalog"],
  ["model/values"],
  ["styles"],
];
const MOST_FILES = 10;
const IMPORT = /(?:\bfrom|\bimport)[\s(]*"(\.[^"]+)"/g;

const files = import.meta.glob<string>("../src/**/*.{ts,css}", { query: "?raw", import: "default", eager: true });
const paths = Object.keys(files).map((path) => path.replace("../src/", ""));
const folders = LAYERS.flat();

/** The folder of the list in which the file stands; one beneath it counts as the same. */
function folderOf(path: string): string {
  const around = folders.filter((folder) => folder !== "" && path.startsWith(`${folder}/`));
  return around.sort((one, other) => other.length - one.length)[0] ?? parentOf(path);
}

const within = (path: string, relative: string): string => new URL(relative, `file:///${path}`).pathname.slice(1);
const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));
const depthOf = (folder: string): number => LAYERS.findIndex((layer) => layer.includes(folder));

function importsOf(path: string): string[] {
  const found = [...(files[`../src/${path}`] ?? "").matchAll(IMPORT)];
  return found.map(([, imported = ""]) => within(path, imported));
}

function upward(path: string): string[] {
  const folder = folderOf(path);
  const targets = importsOf(path).map(folderOf).filter((target) => target !== folder);
  return targets.filter((target) => depthOf(target) <= depthOf(folder)).map((target) => `${path} imports from ${target}`);
}

describe("the page's folders", () => {
  it("stand in the list of layers, all of them", () => {
    expect(new Set(paths.map(folderOf))).toEqual(new Set(folders));
  });

  it("import from further down alone", () => {
    expect(paths.flatMap(importsOf).length).toBeGreaterThan(100);
    expect(paths.flatMap(upward)).toEqual([]);
  });

  it(`hold ${MOST_FILES} files at most`, () => {
    const crowded = [...new Set(paths.map(parentOf))].filter(
      (folder) => paths.filter((path) => parentOf(path) === folder).length > MOST_FILES,
    );
    expect(crowded).toEqual([]);
  });
});
