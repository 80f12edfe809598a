"""What is said between programs and to the outside: commands, a worker's messages, topics."""
