"""Which agents there are, of ours and of the settings; who may ask them, and what limits their jobs have."""

import msgspec

from bus.contract.settings import AgentDefinition, LimitSettings, Settings
from bus.contract.vocabulary import Role

CATALOG_AGENT = "catalog"
"""Reads the data's catalog for all the others; nobody asks it questions."""
LOOK_FURTHER = "look further into the data"
"""What it is given where nobody waits for it: it takes its time for what an earlier reading had none for."""

OWN_FILES_AGENT = "own_files"
"""Reads it with the files of one user's own, for the jobs of that user; nobody asks it questions either."""

ROLL_UP_AGENT = "roll_up"
"""Writes ended jobs into the Parquet history; nor does anybody ask this one."""

HISTORY_AGENT = "history"
"""Answers questions about the history, of operators only: it knows everybody's questions."""

SQL_AGENT = "sql"
"""Runs one statement as it is typed."""

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
    """How many jobs of an agent may run at the same time, of those that have a limit of their own."""
    agents = known_agents(settings).items()
    return {name: agent.max_running for name, agent in agents if agent.max_running is not None}


def agents_for_people(settings: Settings, role: Role = Role.OPERATOR) -> list[str]:
    """Names of the agents that a person of this role can ask, the default one first."""
    hidden = INTERNAL_AGENTS if role is Role.OPERATOR else INTERNAL_AGENTS | {HISTORY_AGENT}
    names = sorted(known_agents(settings).keys() - hidden)
    return sorted(names, key=lambda name: name != settings.agent.default)
