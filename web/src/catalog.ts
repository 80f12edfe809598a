import { samplesFor } from "./samples";

export interface TableSummary {
  readonly name: string;
  readonly rowCount: number;
  readonly columns: readonly string[];
}

export interface CatalogSummary {
  readonly tables: readonly TableSummary[];
  /** Questions to begin with. */
  readonly samples: readonly string[];
}

export interface WireColumn {
  readonly name: string;
  readonly type: string;
  readonly distinct?: number | null;
  /** All its values where there are few. */
  readonly values?: readonly string[];
}

export interface WireTable {
  readonly name: string;
  readonly row_count: number;
  readonly columns: readonly WireColumn[];
}

const NOTHING_KNOWN: CatalogSummary = { tables: [], samples: [] };
const ATTEMPTS = 20;
const PAUSE_MS = 1000;

/** What can be asked about. A server that has just started is still reading it; without an answer there are no tables. */
export async function readCatalog(): Promise<CatalogSummary> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const tables = await tablesNow();
    if (tables) return { tables: tables.map(summary), samples: samplesFor(tables) };
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
  }
  return NOTHING_KNOWN;
}

async function tablesNow(): Promise<readonly WireTable[] | undefined> {
  try {
    const response = await fetch("/api/catalog");
    return response.status === 200 ? ((await response.json()) as { tables: readonly WireTable[] }).tables : undefined;
  } catch {
    return undefined;
  }
}

function summary(table: WireTable): TableSummary {
  return { name: table.name, rowCount: table.row_count, columns: table.columns.map((column) => column.name) };
}
