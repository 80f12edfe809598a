"""One request to a server of the Messages API, and its stream."""
