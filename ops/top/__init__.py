"""`deadstop top`: the live view, its keys and its screen."""
