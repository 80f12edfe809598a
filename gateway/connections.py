"""What the gateway asks of its open WebSockets, whatever they are."""

from typing import Protocol


class LiveConnection(Protocol):
    """One open WebSocket."""

    async def look_after(self) -> None:
        """Called regularly: close it if it must go, else show the client that it lives."""

    async def turned_out(self) -> bool:
        """Close it if its token has been revoked, or its cookie signed out; returns whether that is so."""

    async def hand_over(self) -> None:
        """Ask the client to come back to the gateway that serves in our place."""

    async def finish(self) -> None:
        """Close it once every stream that it follows has been delivered to its end."""

    async def close(self) -> None:
        """Close it now."""
