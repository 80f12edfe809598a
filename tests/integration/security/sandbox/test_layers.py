"""The hostile set, with layers of the sandbox switched off: where one is missing, the others hold what they say.
`python -m bench.sandbox` makes the whole table."""

import os

import pytest

from agent_worker.sandbox import landlock, seccomp
from tests.harness.hostile.attempts import ATTEMPTS
from tests.harness.hostile.campaign import RUN_S, outcomes
from tests.harness.hostile.layers import ENVIRONMENT, GUARD, LANDLOCK, LOCK, NAMESPACE, OF_ATTEMPTS, SECCOMP
from tests.harness.hostile.outcome import Outcome
from tests.harness.hostile.statements import ALL, statements
from tests.harness.servers import ROOT

pytestmark = pytest.mark.skipif(
    landlock.abi() < landlock.SCOPES_SINCE or not seccomp.supported(), reason="this kernel lacks a layer"
)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="what others' accounts may not do anyway is refused for that")


def harmful(found: list[Outcome]) -> dict[str, str]:
    return {one.item: one.harm for one in found if one.harm}


def test_the_set_is_large() -> None:
    listed = statements(ALL)
    assert len({*listed}) == len(listed) >= 200
    assert len(ATTEMPTS) >= 60


@pytest.mark.parametrize(("part", "count"), [("statements", len(statements(ALL))), ("attempts", len(ATTEMPTS))])
def test_the_page_about_security_has_the_table_of_this_set(part: str, count: int) -> None:
    assert f"of {count} {part} did harm" in (ROOT / "docs/security.md").read_text()


def test_nothing_is_done_by_any_attempt() -> None:
    found = outcomes("attempts", ())
    assert len(found) == len(ATTEMPTS)
    assert harmful(found) == {}


@as_root
def test_with_every_layer_off_the_attempts_do_their_harm() -> None:
    """Else they would prove nothing."""
    done = harmful(outcomes("attempts", OF_ATTEMPTS))
    assert len(done) >= 0.9 * len(ATTEMPTS)


@as_root
def test_each_layer_holds_what_the_other_does_not() -> None:
    """Files and ports are Landlock's, the filter has the rest; a namespace and a small environment stand behind it."""
    without_landlock, without_filter = (
        harmful(outcomes("attempts", (LANDLOCK,))),
        harmful(outcomes("attempts", (SECCOMP,))),
    )
    assert {"read a file outside", "overwrite the data", "connect", "signal it"} <= {*without_landlock}
    assert {"connect by multipath tcp", "send a datagram", "trace it", "call mount"}.isdisjoint(without_landlock)
    assert {"connect by multipath tcp", "send a datagram", "limit it", "be nicer for an account"} <= {*without_filter}
    assert {"read a file outside", "overwrite the data", "connect"}.isdisjoint(without_filter)
    assert {"leave shared memory", "leave a semaphore", "leave a queue"}.isdisjoint(without_filter)
    assert "read what is left of it in memory" not in {*without_landlock, *without_filter}


@as_root
@pytest.mark.parametrize(
    ("off", "item"),
    [
        ((SECCOMP, NAMESPACE), "leave shared memory"),
        ((ENVIRONMENT,), "read what is left of it in memory"),
        ((ENVIRONMENT, LANDLOCK), "read the environment of the start"),
    ],
)
def test_what_stands_behind_the_two_is_needed(off: tuple[str, ...], item: str) -> None:
    assert item in harmful(outcomes("attempts", off))


@pytest.mark.timeout(RUN_S)
@pytest.mark.parametrize("off", [(GUARD, LOCK), (LANDLOCK, SECCOMP)], ids=" and ".join)
def test_no_statement_does_harm_where_half_of_the_layers_stand(off: tuple[str, ...]) -> None:
    found = outcomes("statements", off)
    assert len(found) == len(statements(ALL))
    assert harmful(found) == {}
