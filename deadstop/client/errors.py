"""What goes wrong between a client and a server, or with a job."""

import msgspec

from bus.wire.outside import ErrorData, KilledData


class ClientError(Exception):
    """Base of all that this package raises; its text is one line for people."""


class Unreachable(ClientError):
    """The server does not answer, or what answers is not Deadstop."""


class Declined(ClientError):
    """The server said no. `code` is stable (docs/protocol.md lists them), the text is for people."""

    def __init__(self, code: str, error: str, hint: str = "", status: int = 0) -> None:
        super().__init__(f"{error}; {hint}" if hint else error)
        self.code = code
        self.error = error
        self.hint = hint
        self.status = status


class JobFailed(ClientError):
    """The job ended with `agent_error`; `end` is that event."""

    def __init__(self, end: ErrorData) -> None:
        super().__init__(f"{end.error}; {end.hint}" if end.hint else end.error)
        self.end = end


class JobStopped(ClientError):
    """The job was stopped, and none of its processes lives any more; `end` is the event that says so."""

    def __init__(self, end: KilledData) -> None:
        super().__init__(f"stopped by {end.by} ({end.reason.value}) at rung {end.rung.value} after {end.ms:.0f} ms")
        self.end = end


class _Body(msgspec.Struct):
    error: str
    code: str
    hint: str = ""


def declined(status: int, body: bytes) -> Declined:
    """An answer with an error's status; `http_STATUS` is the code of one that no Deadstop has made."""
    try:
        said = msgspec.json.decode(body, type=_Body)
    except msgspec.DecodeError:
        return Declined(f"http_{status}", f"the server answered HTTP {status}", "is the address right?", status)
    return Declined(said.code, said.error, said.hint, status)
