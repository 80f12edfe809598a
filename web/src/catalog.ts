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

interface WireTable {
  readonly name: string;
  readonly row_count: number;
  readonly columns: readonly { readonly name: string }[];
}

/** Where the tables are not known yet, the sample data are the likeliest. */
export const FLIGHTS = [
  "How many flights per airline?",
  "Top 5 destinations by flights",
  "Average departure delay by month",
  "select * from flights limit 1000",
];

const NO_TABLES: CatalogSummary = { tables: [], samples: FLIGHTS };
const ATTEMPTS = 20;
const PAUSE_MS = 1000;

/** What can be asked about. A server that has just started is still reading it; without an answer there are no tables. */
export async function readCatalog(): Promise<CatalogSummary> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const tables = await tablesNow();
    if (tables) return { tables: tables.map(summary), samples: samplesFor(tables) };
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
  }
  return NO_TABLES;
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

/** Questions that can be answered from these tables by any planner. */
export function samplesFor(tables: readonly WireTable[]): readonly string[] {
  if (tables.length === 0 || tables.some((table) => table.name === "flights")) return FLIGHTS;
  const largest = tables.reduce((one, other) => (other.row_count > one.row_count ? other : one));
  return [`How many ${largest.name}?`, `select * from "${largest.name}" limit 1000`];
}
