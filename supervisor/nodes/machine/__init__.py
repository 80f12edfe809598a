"""What runs on a node: the keeper of its life, and the program that does what the head says."""
