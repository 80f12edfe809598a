"""Shares from the command line: made, listed, ended."""

from collections.abc import Sequence

from bus.contract.kept.shares import ShareSummary
from ops.client.connect import connect
from ops.errors import OpsError
from ops.target import Target

NOT_PUBLIC = "this server has nobody read without signing in; have an operator set [gateway] public_shares"


async def make_share(target: Target, job_ids: Sequence[str], *, public: bool) -> ShareSummary:
    """Raises `OpsError` where no link may be public."""
    if public and not target.url and not target.settings().gateway.public_shares:
        raise OpsError(NOT_PUBLIC)
    async with connect(target) as jobs:
        return await jobs.share(job_ids, public=public)


async def read_shares(target: Target) -> Sequence[ShareSummary]:
    """The caller's shares, the latest first."""
    async with connect(target) as jobs:
        return await jobs.shares()


async def end_share(target: Target, share: str) -> None:
    """End a share, given by its id or its link."""
    async with connect(target) as jobs:
        await jobs.end_share(share.rstrip("/").rpartition("/")[2])


def link_of(target: Target, share: ShareSummary) -> str:
    """What is given to others; without the server's address, which is not known through its state folder."""
    base = target.address()[0] if target.url else ""
    return f"{base}/s/{share.share_id}"
