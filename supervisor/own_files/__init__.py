"""Files that users give to be asked about: kept on disk, read by jobs of their own, and shown to their user alone."""
