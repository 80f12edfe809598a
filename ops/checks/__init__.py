"""What `deadstop doctor` looks at."""
