"""Around every request: sign-in, host and origin before it, errors as JSON and headers after it."""
