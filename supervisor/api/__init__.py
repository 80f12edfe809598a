"""The commands of clients: checked, carried out, answered."""
