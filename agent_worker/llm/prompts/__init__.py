"""What is said to the model, and the form in which it has to reply."""
