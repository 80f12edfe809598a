"""Who knows the machines and starts a node on each: a child process of the head."""
