"""The agent that answers questions about Parquet data: plan, execute, answer."""
