"""A gateway that listens nowhere, and whose commands nobody answers."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bus.address import make_address, make_key, make_runtime_folder, write_address
from bus.client import BusClient
from bus.contract.settings import GatewaySettings, Settings, TokenEntry
from bus.tokens import TokenBook
from gateway.app_state import Gateway
from gateway.auth.cookies import Cookies
from gateway.auth.identities import Identities
from gateway.auth.revoked_sessions import RevokedSessions

ANN = TokenEntry(hashlib.sha256(b"ann's").hexdigest(), "ann", "user")
GUESSES = 2


@pytest_asyncio.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    """Lets in the tokens `made`, of an operator, and `ann's`; each address may guess `GUESSES` times a minute."""
    address = make_address(tmp_path, "")
    runtime = make_runtime_folder(Path(address.runtime_dir))
    make_key(tmp_path)
    write_address(tmp_path, address)
    client = BusClient.connect(tmp_path)
    identities = Identities(TokenBook([ANN], tmp_path), "made", Cookies(b"secret", RevokedSessions(tmp_path)))
    settings = Settings(gateway=GatewaySettings(max_failed_sign_ins_per_min=GUESSES))
    try:
        yield Gateway(settings, client, identities, ("127.0.0.1", 8080))
    finally:
        client.close()
        runtime.rmdir()
