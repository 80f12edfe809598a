"""Between page and server: signing in, lost lines, other gateways."""
