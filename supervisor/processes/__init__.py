"""Worker processes: forked by the fork server, and held together with all that comes from them."""
