"""A server's life: started, watched, drained, ended."""
