"""Where a worker's process lives: what every place can do, and this machine as one, from spawn to proof of death."""
