"""Authentication and rates: tokens, cookies, origins, limits before and after the sign-in, the audit log."""
