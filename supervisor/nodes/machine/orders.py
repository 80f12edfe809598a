"""What a node is started with."""

import struct

import msgspec

from bus.contract.settings import Settings

LEASE_END = struct.Struct("d")
"""What the node program says to its keeper: the end of its lease, in seconds since boot."""


class NodeOrders(msgspec.Struct, frozen=True):
    """`parent` is the process with which the keeper ends. `head` is the endpoint of the line, `head_key` the head's
    public key, the other two the node's own, made for it alone. `slots`: how many jobs it takes at a time. Its files
    are in `folder`."""

    node_id: str
    name: str
    parent: int
    head: str
    head_key: str
    public_key: str
    secret_key: str
    lease_s: float
    slots: int
    folder: str
    settings: Settings
