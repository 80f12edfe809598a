import { backoffMs, type Catalog, type CatalogTable } from "deadstop-client";
import { samplesFor } from "./samples";

export const READING = "Reading which data there are…";
const WAITING = "Waiting for the server to say which data there are…";

export interface TableSummary {
  readonly name: string;
  readonly rowCount: number;
  readonly columns: readonly string[];
  /** It is of a file of one's own. */
  readonly own: boolean;
}

export interface CatalogSummary {
  /** One's own first. */
  readonly tables: readonly TableSummary[];
  /** Questions to begin with. */
  readonly samples: readonly string[];
  /** What of the data cannot be asked about, or is called otherwise. */
  readonly warnings: readonly string[];
  /** The columns of each table by its name. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** All that the server says of the data. */
  readonly wire: Catalog;
}

/** True for a fault that the operator has to mend; false for a wait that ends by itself. */
export const isTrouble = (awaited: string): boolean => awaited !== READING && awaited !== WAITING;

/**
 * What can be asked about, however long the server takes to say so.
 *
 * @param waiting is told, before each pause, what is waited for
 */
export async function readCatalog(waiting: (what: string) => void): Promise<CatalogSummary> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await catalogNow();
    if (typeof found !== "string") return catalogOf(found);
    waiting(found);
    await new Promise((resume) => setTimeout(resume, backoffMs(attempt, Math.random())));
  }
}

/** The catalog where the data have changed since `known` was read; else `known`, also where the server is away. */
export async function rereadCatalog(known: CatalogSummary): Promise<CatalogSummary> {
  const found = await catalogNow();
  return typeof found === "string" || found.fingerprint === known.wire.fingerprint ? known : catalogOf(found);
}

function catalogOf(wire: Catalog): CatalogSummary {
  const { tables, warnings = [] } = wire;
  const columns = Object.fromEntries(tables.map((table) => [table.name, table.columns.map(({ name }) => name)]));
  const summaries = [...tables.filter(({ own }) => own), ...tables.filter(({ own }) => !own)].map(summary);
  return { tables: summaries, samples: samplesFor(tables, wire.keys), columns, warnings, wire };
}

/** The catalog, or why there is none to be seen yet. */
async function catalogNow(): Promise<Catalog | string> {
  try {
    const response = await fetch("/api/catalog", { cache: "no-store" });
    if (response.status === 202) return READING;
    if (response.ok) return (await response.json()) as Catalog;
    const { code, error } = (await response.json()) as { code: string; error: string };
    if (code === "not_ready") return `There are no data to ask about: ${error}`;
  } catch {
    // The server is not there; the same again, a little later.
  }
  return WAITING;
}

function summary(table: CatalogTable): TableSummary {
  return { name: table.name, rowCount: table.row_count, columns: table.columns.map((column) => column.name), own: table.own === true };
}
