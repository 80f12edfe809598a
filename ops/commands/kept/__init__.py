"""Commands about what a user keeps: saved questions, links to answers, files of one's own."""
