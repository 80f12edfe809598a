"""The catalog as the offline planner looks it up: names, values and join paths."""
