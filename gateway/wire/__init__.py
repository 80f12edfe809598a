"""The outside wire: types of frames, responses and errors, and a job's events as frames."""
