"""What a worker gives up before it meets anything untrusted."""
