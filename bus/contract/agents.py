"""Which agents there are, of ours and of the settings; who may ask them, and what limits their jobs have."""

import msgspec

from bus.contract.settings import AgentDefinition, LimitSettings, Settings
from bus.contract.vocabulary import Role

CATALOG_AGENT = "catalog"
"""The agent that reads the data's catalog, which all other agents get. Not asked by people."""
LOOK_FURTHER = "look further into the data"
"""The catalog agent's question when no job waits for its catalog: it also does what earlier readings put off."""

OWN_FILES_AGENT = "own_files"
"""The agent that reads the catalog of one user: the shared tables and their own files. Not asked by people."""

ROLL_UP_AGENT = "roll_up"
"""The agent that writes ended jobs into the Parquet history. Not asked by people."""

HISTORY_AGENT = "history"
"""The agent that answers questions about the history. For operators only: the history holds everybody's questions."""

SQL_AGENT = "sql"
"""The agent that runs one SQL statement as it is typed."""

INTERNAL_AGENTS = frozenset({CATALOG_AGENT, OWN_FILES_AGENT, ROLL_UP_AGENT})

BUNDLED_AGENTS = {
    CATALOG_AGENT: AgentDefinition("agent_worker.agents.catalog.agent:run"),
    OWN_FILES_AGENT: AgentDefinition("agent_worker.agents.catalog.own_files_agent:run"),
    ROLL_UP_AGENT: AgentDefinition("agent_worker.agents.history.roll_up_agent:run"),
    HISTORY_AGENT: AgentDefinition("agent_worker.agents.history.agent:run"),
    "parquet": AgentDefinition("agent_worker.agents.parquet.agent:run"),
    SQL_AGENT: AgentDefinition("agent_worker.agents.parquet.agent:run_typed_sql"),
}


def known_agents(settings: Settings) -> dict[str, AgentDefinition]:
    """The bundled agents and the configured ones; a configured name replaces a bundled one."""
    return {**BUNDLED_AGENTS, **settings.agents}


def limits_of(settings: Settings, agent: str) -> LimitSettings:
    """The limits of this agent's jobs: its own, where it has any."""
    definition, limits = known_agents(settings)[agent], settings.limits
    own = {"max_runtime_s": definition.max_runtime_s, "max_memory_bytes": definition.max_memory_bytes}
    return msgspec.structs.replace(limits, **{name: value for name, value in own.items() if value is not None})


def running_limits(settings: Settings) -> dict[str, int]:
    """By agent, how many of its jobs may run at the same time; only agents that have such a limit."""
    agents = known_agents(settings).items()
    return {name: agent.max_running for name, agent in agents if agent.max_running is not None}


def agents_for_people(settings: Settings, role: Role = Role.OPERATOR) -> list[str]:
    """Names of the agents that a person of this role can ask, the default one first."""
    hidden = INTERNAL_AGENTS if role is Role.OPERATOR else INTERNAL_AGENTS | {HISTORY_AGENT}
    names = sorted(known_agents(settings).keys() - hidden)
    return sorted(names, key=lambda name: name != settings.agent.default)
