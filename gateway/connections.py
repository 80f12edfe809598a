"""What the gateway asks of its open WebSockets; `gateway.ws` implements it."""

from typing import Protocol


class LiveConnection(Protocol):
    """One open WebSocket."""

    async def keepalive(self) -> None:
        """Called regularly: close it if it was revoked, else send a ping if it is quiet."""

    async def close_if_revoked(self) -> bool:
        """Close it if its token has been revoked, or its cookie signed out; returns whether that is so."""

    async def hand_over(self) -> None:
        """Ask the client to come back to the gateway that serves in our place."""

    async def finish(self) -> None:
        """Close it once every stream that it follows has been delivered to its end."""

    async def close(self) -> None:
        """Close it now."""
