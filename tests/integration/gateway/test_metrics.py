"""Figures: what Prometheus reads, and what the operators' page reads."""

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from bus.contract.vocabulary import Rung
from tests.harness.gateways import RunningGateway, running_gateway
from tests.harness.jobs.graces import ENDING_ON, GENEROUS_S
from tests.harness.servers import eventually, running_supervisor
from tests.harness.zoo import zoo_settings


async def read(gateway: RunningGateway) -> dict[str, float]:
    """Every sample by its name and labels, as Prometheus' own parser reads them."""
    async with gateway.request("GET", "/metrics", "ops") as answer:
        assert answer.content_type == "text/plain"
        families = list(text_string_to_metric_families(await answer.text()))
    names = [family.name for family in families]
    assert len(names) == len(set(names)), "each metric is described once"
    return {named(sample.name, sample.labels): sample.value for family in families for sample in family.samples}


def named(name: str, labels: dict[str, str]) -> str:
    inside = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{name}{{{inside}}}" if inside else name


async def catalog_read(gateway: RunningGateway) -> bool:
    return (await gateway.json("GET", "/api/catalog"))[0] == 200


async def test_what_became_of_the_jobs_and_how_fast(tmp_path: Path) -> None:
    async with (
        running_supervisor(tmp_path, {**zoo_settings(), **ENDING_ON[Rung.CANCEL]}) as supervisor,
        running_gateway(supervisor.state_dir, zoo_settings()) as gateway,
        gateway.wire(),
    ):
        await eventually(lambda: catalog_read(gateway), "the catalog has been read, by a job of its own")
        await supervisor.events(await supervisor.submit("select 1"))
        before = await read(gateway)
        await supervisor.events(await supervisor.submit("3", "counts"))
        await supervisor.events(await supervisor.submit("go", "raises"))
        sleeper = await supervisor.running("sleeps")
        during = await read(gateway)
        await supervisor.stop(sleeper)
        await supervisor.events(sleeper)
        async with gateway.request("GET", f"/api/jobs/{sleeper}/events", "ops") as answer:
            await answer.read()
        await gateway.json("GET", "/healthz", None, headers={"Authorization": "Bearer wrong"})
        await gateway.json("GET", "/readyz", None, headers={"Authorization": "Bearer wrong"})
        after = await read(gateway)
        _, figures = await gateway.json("GET", "/api/stats", "ops")
    assert before["deadstop_up"] == 1
    assert during['deadstop_jobs{state="running"}'] == 1
    assert after['deadstop_jobs_ended_total{reason="agent_error",state="failed"}'] == 1
    assert after['deadstop_jobs_ended_total{reason="user",state="cancelled"}'] == 1
    succeeded = 'deadstop_jobs_ended_total{reason="",state="succeeded"}'
    assert after[succeeded] == before.get(succeeded, 0) + 1
    assert after['deadstop_stop_seconds_count{rung="cancel"}'] == 1
    assert after['deadstop_stop_seconds_bucket{le="+Inf",rung="cancel"}'] == 1
    assert 0 < after['deadstop_stop_seconds_sum{rung="cancel"}'] < GENEROUS_S
    assert after["deadstop_first_chunk_seconds_count"] - before["deadstop_first_chunk_seconds_count"] >= 2
    buckets = [value for name, value in after.items() if name.startswith("deadstop_first_chunk_seconds_bucket")]
    assert buckets == sorted(buckets)
    assert buckets[-1] == after["deadstop_first_chunk_seconds_count"]
    assert after["deadstop_gateway_websockets"] == 1
    assert after["deadstop_gateway_events_sent_total"] >= 3
    assert after["deadstop_gateway_failed_sign_ins_total"] == 1
    assert after["deadstop_gateway_memory_bytes"] > 10_000_000
    for gauge in ("events_per_s", "log_lag_s", "warm_workers", "waiting", "worker_memory_bytes"):
        assert f"deadstop_{gauge}" in after
    assert figures["stops"]["cancel"]["sum_s"] == after['deadstop_stop_seconds_sum{rung="cancel"}']
    assert {"state": "failed", "reason": "agent_error", "count": 1} in figures["ended"]


async def test_the_gateways_own_figures_outlive_the_supervisor(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path) as supervisor, running_gateway(supervisor.state_dir) as gateway:
        await supervisor.end()
        found = await read(gateway)
        assert found["deadstop_up"] == 0
        assert found["deadstop_gateway_websockets"] == 0
