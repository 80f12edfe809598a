// Tells how many bytes the files of each table have.

import { statSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

const say = (event) => process.stdout.write(JSON.stringify(event) + "\n");
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const job = JSON.parse((await lines.next()).value);
lines.next().then(() => process.exit()); // the next line is a cancel: end at once
process.stdin.unref(); // it stays open: no reason to wait when all is said

if (!job.catalog) {
  say({ type: "error", error: "The catalog is still being read.", hint: "ask again in a moment" });
  process.exit();
}
const tables = job.catalog.tables;
say({ type: "response_chunk", field: "response", chunk: `Looking at ${tables.length} tables.\n\n` });
say({ type: "table_schema", columns: [{ name: "table", type: "VARCHAR" }, { name: "bytes", type: "BIGINT" }] });
for (const [done, table] of tables.entries()) {
  const bytes = table.files.reduce((sum, file) => sum + statSync(file).size, 0);
  say({ type: "progress", fraction: (done + 1) / tables.length, message: table.name });
  say({ type: "response_chunk", field: "response", chunk: `- **${table.name}** has ${bytes} bytes\n` });
  say({ type: "table_rows", rows: [[table.name, bytes]] });
  await pause(1000 * (job.options.pause_s ?? 0));
}
