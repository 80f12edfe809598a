"""One process that holds the credentials of a store, and gives workers the bytes of the data's objects, no more."""
