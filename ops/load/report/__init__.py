"""What a load test has found, as figures, as text and as a page."""
