"""Workers around an agent that is tried by itself."""

from bus.contract.events import Event


class Recorder:
    """Keeps what an agent says beside what it yields, in `events`, and which data it has found, in `fingerprints`, and
    what it has found out about the model, in `notes`."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.fingerprints: list[str] = []
        self.notes: list[str] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def model_noted(self, note: str) -> None:
        self.notes.append(note)

    def data_changed(self, fingerprint: str) -> None:
        self.fingerprints.append(fingerprint)

    def usage_changed(self) -> None:
        pass
