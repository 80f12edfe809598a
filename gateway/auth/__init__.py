"""Identities and limits of clients: sessions, tokens, origins, addresses, rates, and the audit log."""
