"""Places on other machines: leases, the line to each node, and the program that runs there."""
