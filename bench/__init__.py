"""Measurements: every figure in the documents comes from a command here. Each module beside the folders is one, run as
`python -m bench.NAME`."""
