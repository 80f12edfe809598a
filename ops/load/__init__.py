"""The load test: many clients that ask, stop, leave and come back, and what must hold all the while."""
