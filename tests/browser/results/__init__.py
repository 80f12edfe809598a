"""Results: tables, charts, statements, files."""
