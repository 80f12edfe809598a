"""A client's connection: over a WebSocket, or over HTTP where the network lets none through."""
