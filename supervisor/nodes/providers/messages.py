"""What the head and its provider say to each other: one JSON object a line. The provider knows the machines; it starts
a keeper on each, and carries neither questions nor stops."""

import os
from collections.abc import Callable

import msgspec

from supervisor.nodes.machine.orders import NodeOrders

MAX_ORDER_BYTES = 1 << 20
"""A line to the provider: an order for a node carries the settings."""


class ProviderMessage(msgspec.Struct, frozen=True, tag_field="kind"):
    """Base of what head and provider say to each other."""


# ---- provider → head


class NodeUp(ProviderMessage, frozen=True, tag="node_up"):
    """This machine could take a node. It offers these resources, as far as the provider knows."""

    name: str
    resources: list[str] = []


class MachineGone(ProviderMessage, frozen=True, tag="machine_gone"):
    """This machine is there no more; of a node on it nothing is said with that."""

    name: str


class Started(ProviderMessage, frozen=True, tag="started"):
    """The node's keeper runs, and the first process of its namespace."""

    node_id: str
    keeper: int
    init: int


class NodeReaped(ProviderMessage, frozen=True, tag="node_reaped"):
    """The first process of the node's namespace is reaped: nothing of it lives."""

    node_id: str


class NodeFailed(ProviderMessage, frozen=True, tag="node_failed"):
    """The node could not be started; `why` is for people."""

    node_id: str
    why: str


class NodeDown(ProviderMessage, frozen=True, tag="node_down"):
    """A hint that the node is dead. It is no proof."""

    node_id: str
    why: str


class ProviderFailed(ProviderMessage, frozen=True, tag="provider_failed"):
    """No machine can be reached; `why` is for people. The provider ends, and is started again."""

    why: str


AboutMachines = NodeUp | MachineGone | ProviderFailed
FromProvider = AboutMachines | Started | NodeReaped | NodeFailed | NodeDown


# ---- head → provider


class StartNode(ProviderMessage, frozen=True, tag="start_node"):
    """Start a keeper with these orders on the machine that is called so."""

    orders: NodeOrders


class Want(ProviderMessage, frozen=True, tag="want"):
    """So many nodes are wanted, each with this resource ("" for none); the provider sees to it that there are machines
    for them, if it can."""

    resources: list[str]


ToProvider = StartNode | Want

decode_from_provider: msgspec.json.Decoder[FromProvider] = msgspec.json.Decoder(FromProvider)
decode_to_provider: msgspec.json.Decoder[ToProvider] = msgspec.json.Decoder(ToProvider)

Say = Callable[[ProviderMessage], None]


def line_to_head() -> Say:
    """What says something to the head. From now on whatever else is printed goes where errors go: libraries print."""
    line = os.dup(1)
    os.dup2(2, 1)
    return lambda said: _write(line, msgspec.json.encode(said) + b"\n")


def _write(line: int, text: bytes) -> None:
    while text:
        text = text[os.write(line, text) :]
