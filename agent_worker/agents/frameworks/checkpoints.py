"""LangGraph's checkpoints in the conversation's store, so that a graph goes on in the next job."""

import msgspec
from langgraph.checkpoint.memory import InMemorySaver

from agent_worker.conversation_store import ConversationStore

KEY = "langgraph.checkpoints"
THREAD = "conversation"
"""A store holds one conversation, so that all of it is one thread of LangGraph's."""


class _Saved(msgspec.Struct):
    """The saver's tables, their keys and values as lists; its values are serialized by LangGraph already."""

    storage: list[tuple[str, str, tuple[tuple[str, bytes], tuple[str, bytes], str | None]]] = []
    writes: list[tuple[tuple[str, str, str], tuple[str, int], tuple[str, str, tuple[str, bytes], str]]] = []
    blobs: list[tuple[tuple[str, str, str, str | int | float], tuple[str, bytes]]] = []


def load(store: ConversationStore) -> InMemorySaver:
    """A saver that knows what was kept."""
    saver = InMemorySaver()
    kept = msgspec.msgpack.decode(store[KEY], type=_Saved) if KEY in store else _Saved()
    for namespace, number, checkpoint in kept.storage:
        saver.storage[THREAD][namespace][number] = checkpoint
    for key, place, write in kept.writes:
        saver.writes[key][place] = write
    saver.blobs.update(kept.blobs)
    return saver


def save(saver: InMemorySaver, store: ConversationStore) -> None:
    """Keep the last checkpoint of each namespace and what it needs. Raises ValueError where that is too large."""
    last = {namespace: max(numbers) for namespace, numbers in saver.storage[THREAD].items() if numbers}
    storage = [(namespace, number, saver.storage[THREAD][namespace][number]) for namespace, number in last.items()]
    writes = [
        (key, place, write)
        for key, places in saver.writes.items()
        if last.get(key[1]) == key[2]
        for place, write in places.items()
    ]
    needed = {
        (THREAD, namespace, channel, version)
        for namespace, _, (checkpoint, _, _) in storage
        for channel, version in saver.serde.loads_typed(checkpoint)["channel_versions"].items()
    }
    blobs = [(key, blob) for key, blob in saver.blobs.items() if key in needed]
    store[KEY] = msgspec.msgpack.encode(_Saved(storage, writes, blobs))
