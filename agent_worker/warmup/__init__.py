"""What the fork server does once so that no worker has to."""
