"""The SQL engine of a worker: one locked-down DuckDB connection, statements in a side thread, rows as Arrow."""
