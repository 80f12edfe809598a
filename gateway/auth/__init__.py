"""Who a client is and what it may do how often: sessions, tokens, origins, rate limits, audit."""
