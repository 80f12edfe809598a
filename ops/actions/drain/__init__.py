"""A drain: a server accepts no more questions, finishes what runs, and ends."""
