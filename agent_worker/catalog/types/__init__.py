"""How the types of a table's parts meet: the narrowest type that holds every value."""
