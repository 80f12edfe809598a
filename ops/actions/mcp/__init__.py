"""Serves the data to assistants, over the Model Context Protocol."""
