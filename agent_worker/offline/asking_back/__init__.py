"""The question back: what was understood of a question, and whole questions that work."""
