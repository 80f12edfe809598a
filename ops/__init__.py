"""The command line: `deadstop`."""
