"""What a supervisor must not forget: the log of jobs and events, its one writer, and how it reaches the disk."""
