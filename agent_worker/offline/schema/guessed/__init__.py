"""What is guessed of the data beyond types and keys, and the file in which it can be corrected."""
