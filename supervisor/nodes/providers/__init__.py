"""Providers of machines, local or of Ray: a child process of the head that knows them and starts a node on each."""
