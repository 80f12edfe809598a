"""Commands about this machine: its tokens, its model, what it lacks, what the data mean, completion in a shell."""
