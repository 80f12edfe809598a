"""One request to a model's server and its stream, on the wire that it speaks."""
