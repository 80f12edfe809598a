"""Names over one base table: what the question says of it, the ways along keys, what columns and tables are meant."""
