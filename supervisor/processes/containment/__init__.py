"""What holds a worker and all that comes from it."""
