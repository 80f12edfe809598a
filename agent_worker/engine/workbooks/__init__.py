"""Workbooks as the engine reads them: their sheets, and cells that cannot be read."""
