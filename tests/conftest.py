"""For all tests: under CI nothing is skipped, and the summary is the last thing printed."""

import atexit
import contextlib
import gc
import os
import signal
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import certifi
import hypothesis
import pytest
from xdist.remote import Producer

from bus.contract.vocabulary import Proof
from bus.system.cgroupfs import ControlGroup, ControlGroupsUnusable
from tests.harness.data.stores import s3_server
from tests.harness.jobs.cgroup_tree import NO_CONTROLLERS, cgroup_tree
from tests.harness.spread import Spread

hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background jobs ignore Ctrl-C, and so would every program that a test starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def cgroups() -> Iterator[Path]:
    """A control group in which tests may make theirs."""
    try:
        with cgroup_tree() as tree:
            yield tree
    except ControlGroupsUnusable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def controllers(cgroups: Path) -> Path:
    """The same, where the kernel limits memory and processes of groups made in it."""
    if not ControlGroup(cgroups).enable(["memory", "pids"]) >= {"memory", "pids"}:
        pytest.skip(f"{NO_CONTROLLERS} for groups in {cgroups}")
    return cgroups


@pytest.fixture(scope="session", autouse=True)
def _own_control_groups(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where there are control groups, whatever the tests start makes its own in the tests' group, which is empty at the
    end."""
    with pytest.MonkeyPatch.context() as patch:
        with contextlib.suppress(pytest.skip.Exception):
            patch.setenv("DEADSTOP_CONTAINMENT__GROUP", str(request.getfixturevalue("cgroups")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Programs that are started trust one authority: reading all of a machine's, which none of them needs, is a seventh
    of the processor time with which a gateway starts."""
    end = "-----END CERTIFICATE-----\n"
    file = tmp_path_factory.mktemp("authority") / "one.pem"
    file.write_text(Path(certifi.where()).read_text().partition(end)[0] + end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(file))
        yield


@pytest.fixture(scope="module", params=["sweep", "cgroup"])
def each_form(request: pytest.FixtureRequest) -> Iterator[Proof]:
    """Each form of containment: supervisors that are started meanwhile hold their workers in it, and prove their ends
    so."""
    form: str = request.param
    with pytest.MonkeyPatch.context() as patch:
        if form == "cgroup":
            patch.setenv("DEADSTOP_CONTAINMENT__GROUP", str(request.getfixturevalue("cgroups")))
        patch.setenv("DEADSTOP_CONTAINMENT__FORM", form)
        yield Proof.CGROUP if form == "cgroup" else Proof.SWEPT


@pytest.fixture(scope="session")
def s3_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the S3 server that the tests of this process share; `emptied_s3` gives it to one test."""
    with s3_server(tmp_path_factory.mktemp("s3")) as port:
        yield port


def pytest_sessionstart() -> None:
    gc.disable()  # thousands of tests are collected, and all of them stay


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Spread:
    return Spread(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that cannot run for want of a tool fails where CI=true says that everything is there. Of the controllers
    of control groups nobody can say that: version 1 holds them wherever it is mounted too."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and NO_CONTROLLERS not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, with CI=true nothing may be: {report.longrepr}"
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(exitstatus: int) -> None:
    """The engine's bindings complain at the normal end of an interpreter that has forked, behind the summary."""
    atexit.register(_leave, int(exitstatus))


def _leave(status: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
