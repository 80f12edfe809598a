"""The first things a new worker process does, while it still has one thread and knows no job."""

import faulthandler
import importlib
import ipaddress
import os
import resource
import signal
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from urllib.parse import SplitResult, urlsplit

from agent_worker.data_folder import data_folders
from agent_worker.llm.settings import HOSTED
from agent_worker.sandbox.restrict import Sandbox, SandboxSpec, apply
from bus.contract.settings import AgentDefinition
from bus.system.own_names import taken_names
from bus.system.prctl import LIBC, become_subreaper, die_with
from bus.system.private_files import make_files_private
from bus.wire.worker import STACK_NAME, STDERR_NAME, WorkerSpec

_CLONE_NEWIPC = 0x08000000
_M_ARENA_MAX = -8
_OOM_SCORE = "500"


def isolate_process(spec: WorkerSpec) -> None:
    """Own session, subreaper, death with the fork server, IPC namespace where that is allowed, lower priority, own
    scratch folder, signals as they should be. The order matters: whatever is started later inherits all of it."""
    make_files_private()  # whatever was loaded ahead may have wanted it otherwise
    os.setsid()
    become_subreaper()
    die_with(os.getppid())  # the fork server
    LIBC.unshare(_CLONE_NEWIPC)  # System V memory, semaphores and queues end with us; not allowed to everybody
    _share_one_heap()
    _lower_priority(spec.settings.worker.nice)
    _move_into(Path(spec.scratch))
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def load_agent(definition: AgentDefinition) -> ModuleType:
    """The module of the agent's function. Its folder is looked into last: what is installed goes before it."""
    if definition.folder and definition.folder not in sys.path:
        sys.path.append(definition.folder)
    try:
        return importlib.import_module(definition.function.partition(":")[0])
    except Exception as error:
        if taken := taken_names(Path(definition.folder)):
            error.add_note(f"{', '.join(taken)} in {definition.folder}: `import` gives Deadstop's own of that name")
        raise


def apply_sandbox(spec: WorkerSpec, agent: ModuleType) -> Sandbox | None:
    """Give up what the worker does not need: files, ports, environment. None for an agent that goes without."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not spec.agent.sandbox:
        return None
    needs = getattr(agent, "needs", None)  # an agent of ours that has to do with something else than data and a model
    if needs is not None:
        return apply(needs(spec))
    llm = spec.settings.llm
    return apply(
        SandboxSpec(
            scratch=spec.scratch,
            read=(*data_folders(spec.data), *_own_paths(spec.agent, agent)),
            connect_tcp=model_ports(llm.base_url),
            resolve_names=any(not _is_address(host) for host in model_hosts(llm.base_url)),
            keep_env=(llm.api_key_env,),
        )
    )


def _own_paths(definition: AgentDefinition, agent: ModuleType) -> tuple[str, ...]:
    """What the agent itself consists of: as its module says (`reads`), else the module's folder."""
    reads = getattr(agent, "reads", None)
    if reads is not None:
        own: tuple[str, ...] = reads(definition)
        return own
    return (str(Path(agent.__file__).parent),) if agent.__file__ else ()


def model_ports(base_url: str) -> tuple[int, ...]:
    """The TCP ports that reaching the model takes: the server's, and a proxy's if one is set."""
    return tuple(
        dict.fromkeys(parts.port or (80 if parts.scheme == "http" else 443) for parts in _on_the_way(base_url))
    )


def model_hosts(base_url: str) -> tuple[str, ...]:
    """The hosts that reaching the model takes, as they are written."""
    return tuple(dict.fromkeys(parts.hostname or "" for parts in _on_the_way(base_url)))


def _on_the_way(base_url: str) -> list[SplitResult]:
    proxies = [os.environ.get(name, "") for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")]
    return [urlsplit(url) for url in [base_url or HOSTED, *proxies] if url]


def _is_address(host: str) -> bool:
    """Whether no name server is needed to reach the host; localhost stands in a file."""
    if host == "localhost":
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _share_one_heap() -> None:
    """Else the C library reserves up to 128 MiB of address space for each thread's own heap: hardly any of it is used,
    all of it counts against the limit, and a worker under a small one dies as it starts a thread."""
    mallopt = getattr(LIBC, "mallopt", None)  # other C libraries have none, nor such heaps
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


def _lower_priority(nice: int) -> None:
    """Below supervisor and gateway; across sessions only the autogroup's own niceness counts."""
    os.nice(nice)
    for path, value in (("/proc/self/autogroup", str(nice)), ("/proc/self/oom_score_adj", _OOM_SCORE)):
        try:
            file = os.open(path, os.O_WRONLY)  # plain calls: a file object costs each worker a quarter of a millisecond
            try:
                os.write(file, value.encode())
            finally:
                os.close(file)
        except OSError:
            continue  # no autogrouping on this kernel, or not ours to set


def _move_into(scratch: Path) -> None:
    """Work in the scratch folder; what is written to standard output or error is kept there for the record."""
    scratch.mkdir(parents=True, mode=0o700)
    os.chdir(scratch)
    os.environ["TMPDIR"] = str(scratch)
    tempfile.tempdir = None  # the fork server has looked already, and found its own
    stderr = os.open(scratch / STDERR_NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(stderr, 1)
    os.dup2(stderr, 2)
    os.close(stderr)
    sys.stdout = sys.stderr
    stack = os.open(scratch / STACK_NAME, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    faulthandler.register(signal.SIGUSR1, file=stack, all_threads=True)
