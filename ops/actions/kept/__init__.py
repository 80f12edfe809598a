"""What is kept beside jobs: saved questions, and links to answers."""
