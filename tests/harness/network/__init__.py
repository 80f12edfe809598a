"""Lines that break, and clients over them."""
