"""Public benchmarks of questions with their right results: judged, told, and where they are themselves at fault."""
