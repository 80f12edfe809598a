"""What holds a worker and all that comes from it until it is gone: control groups, or a search for descendants."""
