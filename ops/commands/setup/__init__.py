"""Commands about this machine and who may come in."""
