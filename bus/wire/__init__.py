"""What is said between programs and to the outside: commands, replies, a worker's messages, topics, job records."""
