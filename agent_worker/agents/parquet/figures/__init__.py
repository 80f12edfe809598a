"""Whether the figures of an answer in words stand in the result that it is about."""
