"""Which job runs when: admission, queue, deadlines, disconnects, limits, budgets."""
