"""The hostile set: statements that a model might be talked into, and what code that has broken out of the engine could
try from inside a worker; and what runs them with each layer of the sandbox switched off in turn."""
