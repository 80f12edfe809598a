"""What keeps a supervisor fit: recovery after a crash, retention, metrics."""
