"""How the files of a table become one table: the columns that hold what all of them have, under which types."""
