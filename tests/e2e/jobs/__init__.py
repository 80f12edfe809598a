"""Commands about questions and their jobs."""
