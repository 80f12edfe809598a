"""What is grouped, in which order, and as a share of what."""
