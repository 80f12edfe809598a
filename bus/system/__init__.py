"""What this machine says and keeps: processes and their ends, control groups, files for their owner only."""
