"""The agent that reads the data's catalog, and the catalog that a worker holds."""
