"""Files that users give to be asked about: what they are called and where they lie, and uploads on their way there."""
