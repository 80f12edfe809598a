"""Single terms of a query: values as they are compared, and declared figures."""
