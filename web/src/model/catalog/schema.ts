import type { Catalog, CatalogColumn, CatalogTable } from "deadstop-client";

/** A column as a person looks at it. */
export interface SchemaColumn {
  readonly column: CatalogColumn;
  /** Where it refers to, as `table.column`; empty where to nothing. */
  readonly refersTo: string;
  /** What people call it instead. */
  readonly synonyms: readonly string[];
}

export interface SchemaTable {
  readonly table: CatalogTable;
  readonly columns: readonly SchemaColumn[];
  readonly synonyms: readonly string[];
  readonly measures: readonly { readonly name: string; readonly expression: string }[];
  /** A search has found a column of it, so that it is to be shown unfolded. */
  readonly opened: boolean;
}

/** The tables with what is known of them. With `words` only names that contain it, of tables, columns, synonyms and measures. */
export function schemaOf(catalog: Catalog, words: string): readonly SchemaTable[] {
  const wanted = words.trim().toLowerCase();
  const tables = catalog.tables.map((table) => whole(catalog, table));
  return wanted === "" ? tables : tables.flatMap((table) => narrowed(table, wanted));
}

function whole(catalog: Catalog, table: CatalogTable): SchemaTable {
  const { keys = [], description } = catalog;
  const called = Object.entries(description?.synonyms ?? {});
  const synonyms = (name: string) => called.flatMap(([word, meant]) => (meant === name ? [word] : []));
  const columns = table.columns.map((column) => {
    const key = keys.find((one) => one.table === table.name && one.column === column.name);
    return { column, refersTo: key ? `${key.ref_table}.${key.ref_column}` : "", synonyms: synonyms(`${table.name}.${column.name}`) };
  });
  const measures = description?.measures?.filter((measure) => measure.table === table.name) ?? [];
  return { table, columns, synonyms: synonyms(table.name), measures, opened: false };
}

function narrowed(found: SchemaTable, wanted: string): SchemaTable[] {
  const fits = (...names: readonly string[]) => names.some((name) => name.toLowerCase().includes(wanted));
  if (fits(found.table.name, ...found.synonyms)) return [found];
  const columns = found.columns.filter(({ column, synonyms }) => fits(column.name, ...synonyms));
  const measures = found.measures.filter(({ name }) => fits(name));
  return columns.length + measures.length > 0 ? [{ ...found, columns, measures, opened: true }] : [];
}

/** Of a column: its values where they are few, else how far they reach. */
export function rangeText({ values, minimum, maximum, distinct }: CatalogColumn): string {
  if (values && values.length > 0) return "";
  if (minimum != null && maximum != null) return minimum === maximum ? `always ${minimum}` : `${minimum} … ${maximum}`;
  return distinct != null ? `${distinct.toLocaleString("en-US")} different` : "";
}

/** "3.1% empty"; empty where none is, or where it is not known. */
export function emptyText({ nulls }: CatalogColumn, rows: number): string {
  if (!nulls || rows === 0) return "";
  const percent = (100 * nulls) / rows;
  return `${percent < 0.1 ? "<0.1" : percent.toFixed(percent < 10 ? 1 : 0)}% empty`;
}

/** A name as it stands in a statement: between quotes where it has to. */
export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
