"""The pool of workers: warm ones, resources, reaping, cleaning up."""
