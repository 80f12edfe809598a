"""The pool of workers: spare ones, resources, reaping, cleaning up."""
