/** The columns of each table, for completion. */
export type TableColumns = Readonly<Record<string, readonly string[]>>;

export interface ColumnOption {
  readonly label: string;
  /** Where it stands, for people. */
  readonly detail: string;
  /** What is written: quoted where the name alone would mean something else. */
  readonly apply: string;
}

const PLAIN = /^[a-z_][a-z0-9_]*$/i;
const NAME = /"((?:[^"]|"")*)"|[\p{L}_][\p{L}\p{N}_]*/gu;

/** Columns of the tables that the statement names, or of all while it names none; a name that several have stands once. */
export function columnOptions(statement: string, tables: TableColumns): readonly ColumnOption[] {
  const named = namesIn(statement);
  const all = Object.entries(tables);
  const meant = all.filter(([table]) => named.has(table.toLowerCase()));
  const places = new Map<string, string[]>();
  for (const [table, columns] of meant.length > 0 ? meant : all) {
    for (const column of columns) places.set(column, [...(places.get(column) ?? []), table]);
  }
  return [...places].map(([label, of]) => ({ label, detail: of.join(", "), apply: PLAIN.test(label) ? label : `"${label.replaceAll('"', '""')}"` }));
}

function namesIn(statement: string): ReadonlySet<string> {
  return new Set([...statement.matchAll(NAME)].map(([word, quoted]) => (quoted?.replaceAll('""', '"') ?? word).toLowerCase()));
}
