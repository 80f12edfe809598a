"""Parsing: from lexemes to what a question asks for, still in its own words."""
