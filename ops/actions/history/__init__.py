"""The history: of this machine, brought up to date first, or of a server elsewhere."""
