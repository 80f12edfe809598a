"""The WebSocket side: upgrade, connection, subscriptions, send queue."""
