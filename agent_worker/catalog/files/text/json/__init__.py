"""One file of JSON as a table, with its values as they are written."""
