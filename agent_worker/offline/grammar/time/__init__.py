"""What is said of time, and what is set side by side."""
