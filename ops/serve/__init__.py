"""`deadstop serve`: starts the programs, restarts them, and ends them for certain."""
