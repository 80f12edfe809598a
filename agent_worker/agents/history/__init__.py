"""The Parquet history of ended jobs: written by one agent, asked about through another."""
