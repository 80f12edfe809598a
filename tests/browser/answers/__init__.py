"""An answer from its question to its end, however it ends."""
