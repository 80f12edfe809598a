"""The English that is known without any data: words, phrases, spelling."""
