"""What is found by looking into the data: unique columns, join keys, values and extremes, within a budget of time."""
