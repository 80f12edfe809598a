"""Binding: which tables, columns and values of the catalog a question's words mean."""
