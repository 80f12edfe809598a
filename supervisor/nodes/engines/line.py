"""What the head and its engine say to each other: one JSON object a line. The engine knows the machines; it starts a
keeper on each, and carries neither questions nor stops."""

import msgspec

from supervisor.nodes.machine.orders import NodeOrders


class EngineSaid(msgspec.Struct, frozen=True, tag_field="said"):
    """Base of both directions."""


# ---- engine → head


class NodeUp(EngineSaid, frozen=True, tag="node_up"):
    """This machine could take a node."""

    name: str


class Started(EngineSaid, frozen=True, tag="started"):
    """The node's keeper runs, and the first process of its namespace."""

    agent_id: str
    keeper: int
    init: int


class NodeReaped(EngineSaid, frozen=True, tag="node_reaped"):
    """The first process of the node's namespace is reaped: nothing of it lives."""

    agent_id: str


class NodeFailed(EngineSaid, frozen=True, tag="node_failed"):
    """The node could not be started; `why` is for people."""

    agent_id: str
    why: str


class NodeDown(EngineSaid, frozen=True, tag="node_down"):
    """A hint that the node is dead. It is no proof."""

    agent_id: str
    why: str


FromEngine = NodeUp | Started | NodeReaped | NodeFailed | NodeDown


# ---- head → engine


class StartNode(EngineSaid, frozen=True, tag="start_node"):
    """Start a keeper with these orders on the machine that is called so."""

    orders: NodeOrders


decode_from_engine: msgspec.json.Decoder[FromEngine] = msgspec.json.Decoder(FromEngine)
decode_to_engine: msgspec.json.Decoder[StartNode] = msgspec.json.Decoder(StartNode)
