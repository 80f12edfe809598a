"""Questions to SQL without a model: the common analytical questions, read by rules, and a question back otherwise."""
