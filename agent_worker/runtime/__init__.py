"""The worker process itself: bootstrap, serving one job, publishing its events."""
