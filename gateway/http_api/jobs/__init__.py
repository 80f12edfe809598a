"""Jobs over HTTP: ask, list, look, stop, follow, and download what they found."""
