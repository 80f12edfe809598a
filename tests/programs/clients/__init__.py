"""Clients in processes of their own: to be slow, to be killed, or in another language."""
