"""What a user keeps, from the command line: saved questions, links to answers, files of one's own."""
