"""Single terms of a query: values as they are compared, declared figures, dates, and what verbs speak of."""
