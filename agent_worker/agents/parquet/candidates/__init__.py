"""Several plans for a hard question: each is run, and what most of them give is the answer."""
