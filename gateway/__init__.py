"""The gateway: WebSocket, HTTP and server-sent events in front, the bus behind. Keeps no state that cannot be lost."""
