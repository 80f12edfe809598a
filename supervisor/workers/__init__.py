"""The pool of workers, as jobs know them: warm ones, limits, what was said and what was acknowledged."""
