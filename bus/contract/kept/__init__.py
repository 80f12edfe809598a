"""What a server keeps for a person: conversations, questions to be asked again, shares."""
