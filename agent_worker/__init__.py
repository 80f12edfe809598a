"""One process per question: the worker's shell, the bundled agents, their tools and their sandbox."""
