"""What workers use of memory, processes, processor and disk, against their limits."""
