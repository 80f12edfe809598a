"""What `python -m bench` measures, a file a question."""
