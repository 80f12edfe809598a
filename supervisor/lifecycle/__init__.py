"""Pure decisions: a job's states, the kill ladder, and the events that end a job."""
