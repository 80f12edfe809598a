"""Data that tests make: tables, folders, workbooks, stores and histories."""
