"""From a question's text to lexemes: phrases, numbers, names and values."""
