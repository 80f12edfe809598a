"""The jobs that the supervisor holds, and how they are found."""
