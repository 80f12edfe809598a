"""The programs as people start them. Files that ask for nothing special share one server."""
