"""What goes beyond one question: asking back and how it is answered, what was taught, times relative to today."""
