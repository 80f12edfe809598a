"""What goes beyond one question: what was said before, answers to a question back, what is taught, the data's end."""
