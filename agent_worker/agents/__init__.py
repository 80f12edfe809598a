"""The agents that come with Deadstop, a folder each, and the tools they share."""
