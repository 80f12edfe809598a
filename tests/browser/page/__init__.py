"""The page as a whole: its addresses, its keys, its looks, everybody's access."""
