"""What a question asks for: openings, lists of columns, figures, and things that a word describes."""
