"""From a bound query to SQL, and to the sentence that says how it was understood."""
