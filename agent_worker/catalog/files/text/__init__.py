"""Tables of text: delimited lines and JSON, read by the engine's own readers with nothing left to guess."""
