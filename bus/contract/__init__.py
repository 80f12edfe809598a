"""What every program agrees on: words, events, settings, and the data's catalog."""
