"""What is said of time, and what is asked of time itself."""
