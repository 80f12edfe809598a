"""What the tests of the page stand on: a tab as a person uses it, a model, agents, and what is measured."""
