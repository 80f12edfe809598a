"""LangGraph's checkpoints in the conversation's store, so that a graph goes on in the next job."""

import uuid
from typing import Any

import msgspec
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from agent_worker.agents.frameworks.memory import keep as keep_value
from agent_worker.context import AgentContext
from agent_worker.conversation_store import ConversationStore

KEY = "langgraph.checkpoints"
THREAD = "conversation"
"""A store holds one conversation, so that all of it is one thread of LangGraph's."""

PLACE = "langgraph.place"
"""The key under which the conversation's store keeps its place in a graph's own checkpointer, which holds the
conversations of everybody."""

Config = dict[str, Any]
"""LangGraph's own: where a run begins."""


class _Saved(msgspec.Struct):
    """The saver's tables, their keys and values as lists; its values are serialized by LangGraph already."""

    storage: list[tuple[str, str, tuple[tuple[str, bytes], tuple[str, bytes], str | None]]] = []
    writes: list[tuple[tuple[str, str, str], tuple[str, int], tuple[str, str, tuple[str, bytes], str]]] = []
    blobs: list[tuple[tuple[str, str, str, str | int | float], tuple[str, bytes]]] = []


async def place(graph: Any, saver: InMemorySaver | None, store: ConversationStore) -> Config:
    """Where the conversation goes on: in the saver of its store; in a checkpointer of the graph's own after the last
    answer that was kept, whatever came behind it (a question that was stopped, another branch), or in a thread that is
    new."""
    if saver is not None or not graph.checkpointer:
        return {"configurable": {"thread_id": THREAD}}
    if PLACE not in store:
        return {"configurable": {"thread_id": uuid.uuid4().hex}}
    kept = {"configurable": msgspec.json.decode(store[PLACE])}
    state = await graph.aget_state(latest(kept))
    return latest(kept) if state.config == kept else kept


def latest(config: Config) -> Config:
    """The newest place of the same thread."""
    return {"configurable": {"thread_id": config["configurable"]["thread_id"]}}


def load(store: ConversationStore) -> InMemorySaver:
    """A saver that knows what was kept."""
    saver = InMemorySaver(serde=JsonPlusSerializer(pickle_fallback=True))  # frames go no other way
    kept = msgspec.msgpack.decode(store[KEY], type=_Saved) if KEY in store else _Saved()
    for namespace, number, checkpoint in kept.storage:
        saver.storage[THREAD][namespace][number] = checkpoint
    for key, place, write in kept.writes:
        saver.writes[key][place] = write
    saver.blobs.update(kept.blobs)
    return saver


def keep(saver: InMemorySaver | None, config: Config, context: AgentContext) -> None:
    """Keep where the conversation stands now."""
    if saver is not None:
        keep_value(context, KEY, _saved(saver))
    else:
        keep_value(context, PLACE, msgspec.json.encode(config["configurable"]))


def _saved(saver: InMemorySaver) -> bytes:
    """The last checkpoint of each namespace and what it needs."""
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
    return msgspec.msgpack.encode(_Saved(storage, writes, blobs))
