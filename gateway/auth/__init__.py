"""Who asks, and how often they may: tokens, cookies, origins, limits before and after the sign-in, the audit log."""
