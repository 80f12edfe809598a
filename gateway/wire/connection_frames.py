"""What a WebSocket is told beside the streams of jobs (those are in `bus.wire.outside`)."""

import msgspec

from bus.contract.settings import Price
from bus.contract.vocabulary import Role
from bus.wire.outside import Outside


class AuthenticatedData(msgspec.Struct, frozen=True):
    """`llm` is the model, or `offline`; `prices` are those of `models` that are known, by name."""

    user_id: str
    role: Role
    agents: list[str]
    llm: str
    models: list[str]
    server_version: str
    protocol_version: str
    prices: dict[str, Price] = {}


class Authenticated(Outside, frozen=True, tag="authenticated"):
    data: AuthenticatedData


class KillErrorData(msgspec.Struct, frozen=True):
    session_id: str
    error: str
    code: str


class AgentKillError(Outside, frozen=True, tag="agent_kill_error"):
    data: KillErrorData


class WireErrorData(msgspec.Struct, frozen=True, omit_defaults=True):
    """`session_id` is there where the frame named one."""

    error: str
    code: str
    session_id: str = ""


class WireError(Outside, frozen=True, tag="error"):
    data: WireErrorData
