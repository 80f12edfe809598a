"""What Linux says of processes, and ending those without a parent."""
