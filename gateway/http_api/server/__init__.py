"""The server itself over HTTP: whether it lives, its figures, and letting it end."""
