"""Conversations: their list, branches, queue, saved questions and shares."""
