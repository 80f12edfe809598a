"""How a command fails: one line for people, and an exit code for programs."""

EXIT_ANSWERED = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_ASKS_BACK = 3
EXIT_STOPPED = 130


class OpsError(Exception):
    """A command cannot go on; its text is one line that says what to do next."""

    def __init__(self, message: str, exit_code: int = EXIT_FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code
