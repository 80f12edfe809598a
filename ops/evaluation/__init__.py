"""`deadstop eval`: how often questions with known results are answered rightly, by model."""
