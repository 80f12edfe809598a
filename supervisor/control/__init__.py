"""Drives each job: stimuli of clients, workers and the clock in, the ladder's steps, counts and spending out."""
