"""Worker processes: spawned through the fork server, and read from /proc."""
