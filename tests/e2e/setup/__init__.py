"""Before the first question: installed, checked, described."""
