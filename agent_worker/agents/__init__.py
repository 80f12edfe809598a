"""The agents that come with Deadstop, a folder each, and what they share: engine, model, facilities."""
