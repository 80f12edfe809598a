"""What runs on a node: the keeper of its life, and the agent that does what the head says."""
