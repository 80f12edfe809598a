"""How results look in a terminal: tables, sentences, numbers."""
