"""What an agent keeps from one question of a conversation to the next."""

from collections.abc import Iterator, MutableMapping

MAX_STORE_BYTES = 1024 * 1024
"""The most bytes of all keys (in UTF-8) and values: they are written into the log with every answer."""


class ConversationStore(MutableMapping[str, bytes]):
    """A small table, private to this user, conversation and agent. It is kept when the job completes, and goes with the
    conversation; of a job that fails or is stopped nothing is kept. `lasts` is false where the question belongs to no
    conversation: it holds for the job alone then.

    Setting raises TypeError for what is not a text with bytes, and ValueError beyond MAX_STORE_BYTES.
    """

    def __init__(self, kept: dict[str, bytes] | None) -> None:
        self.lasts = kept is not None
        self._values = dict(kept or {})
        self._size = sum(map(_size, self._values, self._values.values()))

    def __repr__(self) -> str:
        return f"<ConversationStore {len(self)} keys, {self._size:,} bytes>"

    def __getitem__(self, key: str) -> bytes:
        return self._values[key]

    def __setitem__(self, key: str, value: bytes) -> None:
        if not isinstance(key, str) or not isinstance(value, bytes):
            raise TypeError(f"the store takes texts with bytes, not {key!r:.80} with {type(value).__name__}")
        size = self._size + _size(key, value) - (_size(key, self._values[key]) if key in self._values else 0)
        if size > MAX_STORE_BYTES:
            words = f"the conversation's store would hold {size:,} bytes with {key!r:.80}"
            raise ValueError(f"{words}; the limit is {MAX_STORE_BYTES:,}")
        self._values[key], self._size = value, size

    def __delitem__(self, key: str) -> None:
        self._size -= _size(key, self._values[key])
        del self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _size(key: str, value: bytes) -> int:
    return len(key.encode()) + len(value)
