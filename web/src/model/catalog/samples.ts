import type { CatalogColumn, JoinKey, CatalogTable } from "deadstop-client";

/** The sample data deserve better than what can be told from names and types. */
const FLIGHTS = [
  "How many flights per airline?",
  "Top 5 destinations by flights",
  "Average departure delay by month",
  "select * from flights limit 1000",
];

const FIGURE = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL)/i;
/** Numbers that only name a thing, or say when it was: their average is nonsense. */
const NO_FIGURE = /(^|[_\s.-])(id|key|no|num|number|zip|code|year|month|day|hour|minute|lat|lon)$/i;
/** Names that a planner without a model finds again in a question. */
const SPOKEN = /^[a-z][\w ]*$/i;
const FEWEST_GROUPS = 2;
const MOST_GROUPS = 200;

/** Questions that can be answered from these tables by any planner; a key's average says nothing. */
export function samplesFor(tables: readonly CatalogTable[], keys: readonly JoinKey[] = []): readonly string[] {
  if (tables.length === 0) return [];
  if (tables.some((table) => table.name === "flights" && has(table, "dep_delay") && has(table, "carrier"))) return FLIGHTS;
  const table = tables.reduce((one, other) => (isRicher(other, one, keys) ? other : one));
  const label = table.columns.find(isLabel);
  const figure = table.columns.find((column) => isFigure(table, column, keys));
  // "How many weather?" is no question.
  const counted = spoken(table).endsWith("s");
  return [
    counted ? `How many ${spoken(table)}?` : `How many rows in ${spoken(table)}?`,
    ...(label && counted ? [`How many ${spoken(table)} per ${spoken(label)}?`] : []),
    ...(label && figure ? [`Average ${spoken(figure)} by ${spoken(label)}`] : []),
    `select * from "${table.name.replaceAll('"', '""')}" limit 1000`,
  ];
}

function has(table: CatalogTable, name: string): boolean {
  return table.columns.some((column) => column.name === name);
}

/** Whether there is more to ask of a table: figures by a label, before how many rows it has. */
function isRicher(one: CatalogTable, other: CatalogTable, keys: readonly JoinKey[]): boolean {
  const [first, second] = [askable(one, keys), askable(other, keys)];
  return first === second ? one.row_count > other.row_count : first > second;
}

function askable(table: CatalogTable, keys: readonly JoinKey[]): number {
  if (!table.columns.some(isLabel)) return 0;
  return table.columns.some((column) => isFigure(table, column, keys)) ? 2 : 1;
}

function isFigure(table: CatalogTable, column: CatalogColumn, keys: readonly JoinKey[]): boolean {
  const isKey = keys.some((key) => key.table === table.name && key.column === column.name);
  return !isKey && FIGURE.test(column.type) && SPOKEN.test(column.name) && !NO_FIGURE.test(column.name);
}

function isLabel(column: CatalogColumn): boolean {
  const groups = column.distinct ?? column.values?.length ?? 0;
  return SPOKEN.test(column.name) && /^(VARCHAR|ENUM)/i.test(column.type) && groups >= FEWEST_GROUPS && groups <= MOST_GROUPS;
}

function spoken({ name }: { readonly name: string }): string {
  return name.replaceAll("_", " ");
}
