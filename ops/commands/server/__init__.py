"""Commands about a server as a whole: start it, watch it, load it, end it."""
