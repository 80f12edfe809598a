"""Binding: which tables, columns and values of the catalog a question's words mean.

A rule is a function: it takes the `Binding` at hand (`b`: one parse over one base table, and the query so far), adds to
its query and its cost what one fragment says, and raises `Unbound` where that makes no sense over this table.
"""
