"""Pictures of results: which one fits, and the checked specification of it."""
