"""Commands about jobs: ask, look, stop."""
