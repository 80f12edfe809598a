"""One question: its readings, what stands in the way of an answer, and what it says of the data and of its picture."""
