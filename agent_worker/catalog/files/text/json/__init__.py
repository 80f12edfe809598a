"""JSON lines and arrays: how they are read, and of what type their values are."""
