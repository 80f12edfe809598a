"""Commands about this machine and its access tokens."""
