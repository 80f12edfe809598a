"""One question: its interpretations, what stands in the way of an answer, what it says of the data and its chart."""
