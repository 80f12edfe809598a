"""Workers around an agent that is tried by itself."""

from bus.contract.events import Event


class Recorder:
    """Keeps what an agent says beside what it yields, in `events`, and which data it has found, in `fingerprints`."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.fingerprints: list[str] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def data_changed(self, fingerprint: str) -> None:
        self.fingerprints.append(fingerprint)

    def usage_changed(self) -> None:
        pass
