"""The WebSocket side: upgrade, connection, what its frames do, the jobs it follows, what waits to be sent."""
