"""Beside the jobs: recovery after a crash, retention and history, metrics, and sockets that are removed from
outside."""
