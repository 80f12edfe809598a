"""What measurements stand on: the system that is measured, its client and agents, the machine, figures."""
