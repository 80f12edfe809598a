"""The values of every data type: its wire value and its one text, the same in page, terminal, answer and CSV."""
