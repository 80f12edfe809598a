"""What goes beyond one question: follow-ups, questions about the data, suggestions."""
