"""What is particular to graphs of LangGraph."""
