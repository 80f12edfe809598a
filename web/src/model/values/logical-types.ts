/** One of the engine's types, read from its name. `LIST` and `ARRAY` stand for `T[]` and `T[n]`. */
export interface LogicalType {
  readonly name: string;
  /** The types inside, each with its name. */
  readonly fields: readonly (readonly [name: string, type: LogicalType])[];
}

export const UNKNOWN: LogicalType = { name: "", fields: [] };

const TOKEN = /\s*("(?:[^"]|"")*"|'(?:[^']|'')*'|[\p{L}\p{N}_.]+|[(),[\]])/uy;
const WORD = /^[\p{L}_][\p{L}\p{N}_]*$/u;

const known = new Map<string, LogicalType>();

/** The type of this name, such as `DECIMAL(4,2)[]`. An unreadable one gets the whole text as its name. */
export function parseType(text: string): LogicalType {
  let type = known.get(text);
  if (!type) known.set(text, (type = read(text)));
  return type;
}

function read(text: string): LogicalType {
  const tokens = tokensOf(text);
  const [type, rest] = tokens ? first(tokens) : [UNKNOWN, [text]];
  return rest.length === 0 ? type : { name: text, fields: [] };
}

function tokensOf(text: string): string[] | null {
  const tokens: string[] = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) return null;
    tokens.push(token);
  }
  return tokens;
}

/** The type at the beginning, and what follows. */
function first(tokens: readonly string[]): [LogicalType, readonly string[]] {
  let words = 1;
  while (WORD.test(tokens[words] ?? "")) words += 1; // TIME WITH TIME ZONE
  const name = tokens.slice(0, words).map(unquoted).join(" ").toUpperCase();
  let type: LogicalType = { name, fields: [] };
  let rest: readonly string[] = tokens.slice(words);
  if (rest[0] === "(") {
    const [inside, after] = brackets(rest);
    [type, rest] = [{ name, fields: fieldsOf(name, inside) }, after];
  }
  while (rest[0] === "[") {
    const [size, after] = brackets(rest);
    [type, rest] = [{ name: size.length ? "ARRAY" : "LIST", fields: [["element", type]] }, after];
  }
  return [type, rest];
}

function fieldsOf(name: string, inside: readonly string[]): LogicalType["fields"] {
  switch (name) {
    case "STRUCT":
    case "UNION":
      return parts(inside).map(([field = "", ...type]) => [unquoted(field), first(type)[0]]);
    case "MAP":
      return parts(inside).map((type, at) => [at === 0 ? "key" : "value", first(type)[0]]);
    case "TUPLE":
      return parts(inside).map((type, at) => [`element${at + 1}`, first(type)[0]]);
    default:
      return [];
  }
}

/** What stands between the first bracket and the one that closes it, and what follows. */
function brackets(tokens: readonly string[]): [inside: readonly string[], after: readonly string[]] {
  let depth = 0;
  const end = tokens.findIndex((token) => (depth += nesting(token)) === 0);
  return end < 0 ? [[], tokens] : [tokens.slice(1, end), tokens.slice(end + 1)];
}

/** The tokens between commas that stand in no further brackets. */
function parts(tokens: readonly string[]): string[][] {
  const found: string[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    depth += nesting(token);
    if (token === "," && depth === 0) found.push([]);
    else found.at(-1)!.push(token);
  }
  return found;
}

function nesting(token: string): number {
  return Number(token === "(" || token === "[") - Number(token === ")" || token === "]");
}

function unquoted(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token;
}
