"""A seeded random run against a real `deadstop serve`: `python -m tests.chaos --seed S --stops N` replays one."""
