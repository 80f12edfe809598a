"""What is kept beside jobs: saved questions, links to answers, files of one's own."""
