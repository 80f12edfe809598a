"""Every setting, its default and its bounds. `config.toml` at the root documents each one for people.

Read in this order, later ones win: defaults, the file, `DEADSTOP_TABLE__KEY` from the environment, flags.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, field

from bus.contract.data_place import is_address

Seconds = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0)]
Positive = Annotated[int, Meta(ge=1)]
Bytes = Annotated[int, Meta(ge=0)]


class SettingsTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the tables: an unknown key is an error, never ignored."""


class BusSettings(SettingsTable, frozen=True):
    runtime_dir: str = ""
    window_events: Positive = 4096
    window_bytes: Positive = 8 * 1024 * 1024


class SupervisorSettings(SettingsTable, frozen=True):
    state_dir: str = "~/.local/state/deadstop"
    cancel_grace_s: Seconds = 0.5
    terminate_grace_s: Seconds = 0.5
    disconnect_grace_s: Annotated[float, Meta(ge=-1)] = 60.0
    shutdown_grace_s: Seconds = 10.0
    log_format: Annotated[str, Meta(pattern="^(text|json)$")] = "text"


class WorkerSettings(SettingsTable, frozen=True):
    preload: list[str] = field(default_factory=lambda: ["agent_worker.warmup.preload"])
    environment: list[str] = []
    warm_workers: Count = 2
    start_timeout_s: Seconds = 30.0
    heartbeat_interval_s: Annotated[float, Meta(gt=0)] = 1.0
    heartbeat_timeout_s: Seconds = 15.0
    linger_s: Seconds = 2.0
    nice: Annotated[int, Meta(ge=0, le=19)] = 5
    scratch_dir: str = ""
    threads: Positive = 2
    engine_memory_bytes: Bytes = 1024**3


class ContainmentSettings(SettingsTable, frozen=True):
    form: Annotated[str, Meta(pattern="^(auto|cgroup|sweep)$")] = "auto"
    group: str = ""


class MachineSettings(SettingsTable, frozen=True):
    """What holds for one machine of a cluster; None: what holds for all."""

    slots: Positive | None = None
    memory_bytes: Bytes | None = None
    resources: list[str] = []


class ClusterSettings(SettingsTable, frozen=True):
    provider: Annotated[str, Meta(pattern="^(|local|ray)$")] = ""
    nodes: Positive = 1
    address: str = ""
    allow_open_ray: bool = False
    slots: Positive = 8
    memory_bytes: Bytes = 0
    machines: dict[str, MachineSettings] = {}
    autoscale: bool = False
    min_nodes: Count = 1
    idle_s: Seconds = 300.0
    listen: Annotated[str, Meta(pattern=r"^tcp://[^/]+:([0-9]+|\*)$")] = "tcp://127.0.0.1:*"
    advertise: Annotated[str, Meta(pattern=r"^(tcp://[^/*]+:[0-9]+)?$")] = ""
    lease_s: Annotated[float, Meta(ge=3)] = 15.0
    margin_s: Annotated[float, Meta(ge=0.1)] = 0.5

    def __post_init__(self) -> None:
        host = self.listen.removeprefix("tcp://").rpartition(":")[0]
        if host in _EVERY_ADDRESS and not self.advertise:
            raise ValueError(f"nodes cannot connect to {host}: name an address in listen, or one in advertise")


_EVERY_ADDRESS = frozenset({"0.0.0.0", "[::]", "*"})


class LimitSettings(SettingsTable, frozen=True):
    max_running: Positive = 8
    max_queued: Count = 100
    max_running_per_user: Positive = 8
    max_queued_per_user: Positive = 50
    max_query_chars: Positive = 20_000
    max_runtime_s: Seconds = 600.0
    max_memory_bytes: Bytes = 4 * 1024**3
    max_processes: Count = 512
    max_scratch_bytes: Bytes = 4 * 1024**3
    max_output_bytes: Bytes = 1024**3
    max_events: Positive = 5_000_000
    max_rows: Positive = 1_000_000


class AgentSettings(SettingsTable, frozen=True):
    default: str = "parquet"
    max_repairs: Count = 2
    look_again: bool = True
    max_tool_calls: Count = 6
    max_tool_s: Seconds = 30.0
    candidates: Annotated[int, Meta(ge=1, le=9)] = 1
    max_model_calls: Positive = 16
    max_output_tokens: Positive = 16_000
    max_cost_usd: Annotated[float, Meta(ge=0)] = 1.0
    max_cost_usd_per_user_day: Annotated[float, Meta(ge=0)] = 20.0
    history_turns: Count = 6


_Object = Annotated[str, Meta(pattern=r"^([\w.]+:\w+)?$")]


class AgentDefinition(SettingsTable, frozen=True):
    """One agent: a function of Python (`entrypoint`), a program (`command`), or an object of a framework, as
    MODULE:NAME (`langgraph`, `pydantic_ai`, `openai_agents`); options that are handed to it as
    they are, and whether its worker is sandboxed (files, TCP ports, address space). Only an agent that runs nothing
    untrusted may go without. `folder` is where it is looked for; `programs` are programs and folders that it may run
    and read beside. Its own limits take the place of those in `[limits]`. It runs only on nodes that offer its
    `resource`, if it names one."""

    entrypoint: _Object = ""
    command: list[str] = []
    langgraph: _Object = ""
    pydantic_ai: _Object = ""
    openai_agents: _Object = ""
    folder: str = ""
    programs: list[str] = []
    options: dict[str, Any] = {}
    sandbox: bool = True
    max_runtime_s: Seconds | None = None
    max_memory_bytes: Bytes | None = None
    max_running: Positive | None = None
    resource: str = ""

    def __post_init__(self) -> None:
        given = [name for name in AGENT_FORMS if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(f"an agent has one of {', '.join(AGENT_FORMS)}, not {' and '.join(given) or 'none'}")

    @property
    def own_module(self) -> str:
        """The module that the settings name; empty for a program."""
        return next(
            (getattr(self, name) for name in AGENT_FORMS if name != "command" and getattr(self, name)), ""
        ).partition(":")[0]

    @property
    def function(self) -> str:
        """What a worker calls, as MODULE:FUNCTION."""
        return self.entrypoint or next(AGENT_FORMS[name] for name in AGENT_FORMS if getattr(self, name))


AGENT_FORMS = {
    "entrypoint": "",
    "command": "agent_worker.agents.program.agent:run",
    "langgraph": "agent_worker.agents.frameworks.langgraph_agent:run",
    "pydantic_ai": "agent_worker.agents.frameworks.pydantic_ai_agent:run",
    "openai_agents": "agent_worker.agents.frameworks.openai_agents_agent:run",
}
"""The keys of which an agent has exactly one, and the function of ours that runs what the key names."""


class Price(SettingsTable, frozen=True):
    """US dollars per million tokens."""

    input: float
    output: float
    cached: float = 0.0


class LlmSettings(SettingsTable, frozen=True):
    model: str = "claude-sonnet-5-5"
    models: list[str] = []
    base_url: str = ""
    wire: Annotated[str, Meta(pattern="^(auto|messages|chat)$")] = "auto"
    api_key_env: str = "ANTHROPIC_API_KEY"
    tools: bool = True
    structured_output: Annotated[str, Meta(pattern="^(auto|schema|plain)$")] = "auto"
    max_tokens: Positive = 8192
    max_plan_tokens: Positive = 1500
    connect_timeout_s: Seconds = 5.0
    read_timeout_s: Seconds = 45.0
    max_retries: Count = 3
    max_retry_wait_s: Seconds = 20.0
    prices: dict[str, Price] = field(
        default_factory=lambda: {
            "claude-haiku-5-5": Price(0.10, 0.50, 0.01),
            "claude-sonnet-5-5": Price(2.0, 10.0, 0.2),
            "claude-opus-5-5": Price(4.0, 20.0, 0.4),
        }
    )


class DataSettings(SettingsTable, frozen=True):
    folder: str = ""
    listing_max_age_s: Seconds = 5.0


class FilesSettings(SettingsTable, frozen=True):
    """What users may keep of their own. With 0 for `max_file_bytes` no user can keep any file."""

    max_file_bytes: Bytes = 1024**3
    max_user_bytes: Bytes = 4 * 1024**3
    max_files: Count = 100


class GatewaySettings(SettingsTable, frozen=True):
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8642
    allowed_origins: list[str] = []
    allowed_hosts: list[str] = []
    max_frame_bytes: Positive = 256 * 1024
    max_connections: Positive = 2000
    max_connections_per_address: Positive = 1000
    max_frames_per_s: Positive = 200
    sign_in_timeout_s: Seconds = 10.0
    max_unauthenticated_per_address: Positive = 500
    max_failed_sign_ins_per_min: Positive = 30
    finish_grace_s: Seconds = 30.0
    public_shares: bool = False


class TokenEntry(SettingsTable, frozen=True):
    """A token by the SHA-256 of its text, with its user and role."""

    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    user: Annotated[str, Meta(pattern="^[A-Za-z0-9_.@-]{1,64}$")]
    role: Annotated[str, Meta(pattern="^(user|operator)$")] = "user"


class AuthSettings(SettingsTable, frozen=True):
    tokens: list[TokenEntry] = []


class HistorySettings(SettingsTable, frozen=True):
    roll_up_every_s: Seconds = 3600.0
    keep_log_days: Positive = 7
    keep_days: Positive = 30
    max_bytes: Bytes = 10 * 1024**3


class Settings(SettingsTable, frozen=True):
    """The whole of `config.toml`."""

    bus: BusSettings = BusSettings()
    supervisor: SupervisorSettings = SupervisorSettings()
    worker: WorkerSettings = field(default_factory=WorkerSettings)
    containment: ContainmentSettings = ContainmentSettings()
    cluster: ClusterSettings = ClusterSettings()
    limits: LimitSettings = LimitSettings()
    agent: AgentSettings = AgentSettings()
    agents: dict[str, AgentDefinition] = {}
    llm: LlmSettings = field(default_factory=LlmSettings)
    data: DataSettings = DataSettings()
    files: FilesSettings = FilesSettings()
    gateway: GatewaySettings = GatewaySettings()
    auth: AuthSettings = AuthSettings()
    history: HistorySettings = HistorySettings()


def on_nodes(settings: Settings) -> bool:
    """Whether questions run on nodes. Those about data in a store do not: its broker serves the server's machine."""
    return bool(settings.cluster.provider) and not is_address(settings.data.folder)
