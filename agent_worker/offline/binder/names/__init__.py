"""Names over one base table: what the question says of it, the ways along keys, the places that names mean."""
