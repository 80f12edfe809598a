"""Real local servers that stand in for services outside."""
