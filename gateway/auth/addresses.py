"""The address that limits count by: one for IPv4, the network of a subscriber for IPv6."""

import asyncio
import ipaddress

IPV6_NETWORK_BITS = 64
"""Bits of an IPv6 address that limits count by: one household or machine has all the addresses that share them."""

UNKNOWN = "unknown"


def address_of(transport: asyncio.BaseTransport | None) -> str:
    """Where a connection comes from; of an IPv6 address its network."""
    peer = transport.get_extra_info("peername") if transport is not None else None
    return network_of(str(peer[0])) if peer else UNKNOWN


def network_of(address: str) -> str:
    """The part of an address that limits count by: an IPv4 address whole, of an IPv6 address its network."""
    if ":" not in address:
        return address
    parsed = ipaddress.IPv6Address(address.partition("%")[0])
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed), IPV6_NETWORK_BITS), strict=False))
