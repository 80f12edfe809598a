"""What is said to the model, the form of its reply, and when enough of a reply has come."""
