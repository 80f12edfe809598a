"""Data that are not on this machine: a broker outside the sandbox holds the credentials, workers ask it for bytes."""
