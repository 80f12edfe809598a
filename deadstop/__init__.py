"""What other programs build on: `deadstop.client` speaks with a running server."""
