"""The result of the question before in a conversation: another statement that gives the very same may have missed what
the new question added."""

import hashlib
from collections.abc import MutableMapping

import msgspec

from agent_worker.llm.prompts.preview import Preview

KEY = "result of the question before"


def keep(store: MutableMapping[str, bytes], sql: str, result: Preview) -> None:
    """Have the conversation's store know what this statement gave; it keeps a few bytes, whatever the result."""
    store[KEY] = _digest(_text(sql)) + _digest(_held(result))


def is_same(store: MutableMapping[str, bytes], sql: str, result: Preview) -> bool:
    """Did another statement give just these rows, in this order, to the question before? The same statement may."""
    kept = store.get(KEY, b"")
    return kept.endswith(_digest(_held(result))) and not kept.startswith(_digest(_text(sql)))


def _text(sql: str) -> bytes:
    return " ".join(sql.split()).encode(errors="replace")


def _held(result: Preview) -> bytes:
    """The rows that a preview holds and the totals of all; what columns are called does not count."""
    return msgspec.json.encode((result.row_count, result.rows, result.totals), enc_hook=str)


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
