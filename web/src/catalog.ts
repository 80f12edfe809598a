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

const FLIGHTS = [
  "How many flights per airline?",
  "Top 5 destinations by flights",
  "Average departure delay by month",
  "select * from flights limit 1000",
];

/** What can be asked about. Without an answer from the server the page begins with no tables. */
export async function readCatalog(): Promise<CatalogSummary> {
  try {
    const response = await fetch("/api/catalog");
    if (!response.ok) return { tables: [], samples: FLIGHTS };
    const { tables } = (await response.json()) as { tables: readonly WireTable[] };
    return { tables: tables.map(summary), samples: samplesFor(tables) };
  } catch {
    return { tables: [], samples: FLIGHTS };
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
