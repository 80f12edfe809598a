"""The pool of workers, as jobs know them: where each runs, warm ones, limits, what was said and acknowledged."""
