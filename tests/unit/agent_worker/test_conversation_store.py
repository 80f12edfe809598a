"""What an agent keeps is bounded, and what it takes back is free again."""

import pytest

from agent_worker.conversation_store import MAX_STORE_BYTES, ConversationStore


def test_it_is_a_mapping_of_texts_to_bytes() -> None:
    store = ConversationStore({"a": b"1"})
    store["b"] = b"2"
    del store["a"]
    assert (dict(store), store.lasts, ConversationStore(None).lasts) == ({"b": b"2"}, True, False)
    for key, value in ((1, b""), ("a", "text")):
        with pytest.raises(TypeError, match="the store takes texts with bytes"):
            store[key] = value  # type: ignore[index, assignment]


def test_it_is_bounded_whatever_is_replaced() -> None:
    store = ConversationStore({"a": bytes(MAX_STORE_BYTES - 1)})
    with pytest.raises(ValueError, match="would hold 1,048,578 bytes with 'ä'"):
        store["ä"] = b""
    store["a"] = bytes(10)
    store["b"] = bytes(MAX_STORE_BYTES - 12)
    with pytest.raises(ValueError, match="the limit is 1,048,576"):
        store["a"] = bytes(11)
    assert len(store["a"]) == 10
    del store["b"]
    store["a"] = bytes(MAX_STORE_BYTES - 1)
