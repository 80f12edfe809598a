"""How a text such as "and by month?" goes on from the question before it."""
