"""The event log and its writing: store, journal, checkpoints."""
