"""What a fresh worker gives up before it looks at anything untrusted."""

import functools
import logging
import os
import resource
import site
import sys

import msgspec

import agent_worker
import bus
from agent_worker.sandbox import capabilities, landlock, seccomp
from agent_worker.sandbox.preconditions import Unsupported
from bus.system.environment import HARMLESS

log = logging.getLogger(__name__)

_INTERPRETER = """
/usr/lib /usr/lib64 /usr/local/lib /lib /lib64 /etc/ld.so.cache
/etc/ssl/certs /etc/ssl/cert.pem /etc/ssl/openssl.cnf /etc/pki/tls
/etc/ca-certificates /usr/share/ca-certificates /usr/local/share/ca-certificates
/etc/resolv.conf /etc/hosts /etc/host.conf /etc/nsswitch.conf /etc/gai.conf /etc/services
/etc/localtime /etc/timezone /usr/share/zoneinfo /etc/os-release /etc/mime.types
/dev/null /dev/zero /dev/urandom /dev/random
/proc/meminfo /proc/cpuinfo /proc/sys/vm/overcommit_memory /sys/devices/system/cpu
/sys/kernel/mm/transparent_hugepage /sys/fs/cgroup /proc/self/cgroup
"""
"""Libraries, certificates, name service, time zones. Not /proc/self: it shows the environment and the memory.

DuckDB aborts the process in `connect` when it may not read /proc/self/cgroup, or what that points to in /sys.
"""

_DEVICES = ("/dev/null",)

_SIGNALS = 1024
"""Signals and timers that may be pending. They are counted by account: one worker could take those of all others."""


class SandboxSpec(msgspec.Struct, frozen=True):
    """What one worker may have. `read` are the data (folders or files), `scratch` the only place to write, beside
    `write` of an agent that is there for writing.

    `connect_tcp` is the model's port (or its proxy's), `resolve_names` whether its address has to be asked of a name
    server (over UDP), `keep_env` the names of variables kept beside the harmless ones: the model's key, nothing else.
    """

    scratch: str
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    connect_tcp: tuple[int, ...] = ()
    keep_env: tuple[str, ...] = ()
    open_files: int = 1024
    resolve_names: bool = False


class Sandbox:
    """The sandbox around this process. `landlock_abi` is 0 where the kernel has no Landlock, `calls_filtered` whether
    system calls are refused as `seccomp` says."""

    def __init__(self, landlock_abi: int, calls_filtered: bool, statm: int, pinned: int) -> None:
        self.landlock_abi = landlock_abi
        self.calls_filtered = calls_filtered
        self._statm = statm
        self._pinned = pinned

    def __repr__(self) -> str:
        return f"<Sandbox landlock_abi={self.landlock_abi} calls_filtered={self.calls_filtered}>"

    def limit_memory(self, headroom_bytes: int) -> int:
        """Lets the address space grow by `headroom_bytes` from where it is now, and returns the limit in bytes.

        To be called once the worker is ready: libraries and threads reserve hundreds of megabytes that they never
        touch, so an absolute figure would mean nothing.
        """
        pages = int(os.pread(self._statm, 200, 0).split()[0])
        limit = pages * resource.getpagesize() + headroom_bytes
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        return limit


def apply(spec: SandboxSpec) -> Sandbox:
    """Strips the environment, sets the limits and puts up the sandbox. For a process with one thread, before DuckDB,
    ZeroMQ and the model's client.

    What the kernel does not have of it is said in the log, and left out: the guard and the engine's own lock still
    hold. Raises RuntimeError when there are several threads.
    """
    strip_environment(spec)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit(resource.RLIMIT_NOFILE, spec.open_files)
    _limit(resource.RLIMIT_SIGPENDING, _SIGNALS)
    for schedule in (resource.RLIMIT_RTPRIO, resource.RLIMIT_NICE):
        _limit(schedule, 0)
    statm = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)  # not to be opened within the sandbox
    # A rule belongs to the file as it is now, and the kernel may make a new one of the same name; not while it is open.
    pinned = os.open("/proc/self/cgroup", os.O_RDONLY | os.O_CLOEXEC)
    _give_up_capabilities()
    calls_filtered = _filter_calls(spec)  # first: it looks into /proc, which Landlock closes
    return Sandbox(_restrict_files_and_ports(spec), calls_filtered, statm, pinned)


def _give_up_capabilities() -> None:
    try:
        capabilities.give_up()
    except Unsupported as reason:
        log.warning("%s", reason, extra={"action": "capabilities_kept"})


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (limit, limit))


def _restrict_files_and_ports(spec: SandboxSpec) -> int:
    """The version of Landlock that was applied; 0 for none."""
    read, write = [*interpreter_paths(), *spec.read], [spec.scratch, *spec.write, *_DEVICES]
    try:
        return landlock.restrict(read, write, spec.connect_tcp)
    except Unsupported as reason:
        log.warning("%s", reason, extra={"action": "landlock_missing"})
        return 0


def _filter_calls(spec: SandboxSpec) -> bool:
    try:
        seccomp.restrict(datagrams=spec.resolve_names)
    except Unsupported as reason:
        log.warning("%s", reason, extra={"action": "seccomp_missing"})
        return False
    return True


def strip_environment(spec: SandboxSpec) -> None:
    """Keeps the harmless variables and `keep_env`; home and temporary files move into the scratch folder."""
    kept = {*HARMLESS, *spec.keep_env}
    for name in [name for name in os.environ if name not in kept]:
        del os.environ[name]
    os.environ["HOME"] = os.environ["TMPDIR"] = spec.scratch


@functools.cache
def interpreter_paths() -> tuple[str, ...]:
    """What Python, its packages and the C library read at any time. The working folder is not among them, although
    it may stand in sys.path: it can be anything. The certificates that the environment names are: an SDK of an agent
    of one's own reads them when it makes a client."""
    packages = [site.getusersitepackages(), *site.getsitepackages()]
    own = [path for package in (agent_worker, bus) for path in package.__path__]
    prefixes = [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix]
    certificates = [os.environ[name] for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
    return tuple(dict.fromkeys([*prefixes, *packages, *own, *_INTERPRETER.split(), *certificates]))
