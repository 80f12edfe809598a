from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from bus.contract.histogram import Histogram
from bus.contract.vocabulary import Reason, Rung, State
from bus.wire.replies import EndedCount, NodeSummary, Stats
from gateway.http_api.server.prometheus_text import prometheus_text

STATS = Stats(
    {"running": 2},
    {"events_total": 12345678.0, "log_lag_s": 0.25},
    [EndedCount(State.CANCELLED, Reason.USER, 3), EndedCount(State.SUCCEEDED, None, 4)],
    {Rung.CANCEL: Histogram().with_one(0.007).with_one(0.02), Rung.KILL: Histogram().with_one(99.0)},
    Histogram().with_one(0.5),
    [NodeSummary("gpu-1", "ready", 3, 8, 5), NodeSummary("gpu-2", "draining", 1, 8, 1)],
)


def samples(text: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_every_figure_has_its_name_labels_and_value() -> None:
    found = samples(prometheus_text({"websockets": 5, "events_sent_total": 7}, STATS))
    assert found[("deadstop_up", ())] == 1
    assert found[("deadstop_gateway_websockets", ())] == 5
    assert found[("deadstop_gateway_events_sent_total", ())] == 7
    assert found[("deadstop_events_total", ())] == 12345678
    assert found[("deadstop_log_lag_s", ())] == 0.25
    assert found[("deadstop_jobs", (("state", "running"),))] == 2
    assert found[("deadstop_jobs_ended_total", (("reason", "user"), ("state", "cancelled")))] == 3
    assert found[("deadstop_jobs_ended_total", (("reason", ""), ("state", "succeeded")))] == 4


def test_each_node_has_its_state_and_what_runs_there() -> None:
    found = samples(prometheus_text({}, STATS))
    assert found[("deadstop_node_state", (("node", "gpu-2"), ("state", "draining")))] == 1
    of_first = [found[(f"deadstop_node_{name}", (("node", "gpu-1"),))] for name in ("jobs", "slots", "workers")]
    assert of_first == [3, 8, 5]
    alone = samples(prometheus_text({}, Stats({}, {})))
    assert not [name for name, _ in alone if "node" in name]


def test_histograms_add_up_from_bucket_to_bucket() -> None:
    found = samples(prometheus_text({}, STATS))
    cancel = {
        labels[0][1]: value
        for (name, labels), value in found.items()
        if name == "deadstop_stop_seconds_bucket" and ("rung", "cancel") in labels
    }
    assert (cancel["0.005"], cancel["0.01"], cancel["0.025"], cancel["60.0"], cancel["+Inf"]) == (0, 1, 2, 2, 2)
    assert found[("deadstop_stop_seconds_bucket", (("le", "60.0"), ("rung", "kill")))] == 0
    assert found[("deadstop_stop_seconds_count", (("rung", "kill"),))] == 1
    assert found[("deadstop_stop_seconds_sum", (("rung", "kill"),))] == 99
    assert found[("deadstop_first_chunk_seconds_sum", ())] == 0.5
    assert found[("deadstop_first_chunk_seconds_count", ())] == 1


def test_kinds_follow_the_names() -> None:
    kinds = {
        family.name: family.type
        for family in text_string_to_metric_families(prometheus_text({"turned_away_total": 1}, STATS).decode())
    }
    assert kinds["deadstop_gateway_turned_away"] == "counter"
    assert kinds["deadstop_jobs_ended"] == "counter"
    assert kinds["deadstop_log_lag_s"] == "gauge"
    assert kinds["deadstop_stop_seconds"] == "histogram"


def test_without_the_supervisor_only_the_gateways_own_are_told() -> None:
    found = samples(prometheus_text({"websockets": 0}, None))
    assert found == {("deadstop_up", ()): 0, ("deadstop_gateway_websockets", ()): 0}


def test_the_registry_of_the_whole_process_is_left_alone() -> None:
    before = {family.name for family in REGISTRY.collect()}
    prometheus_text({"websockets": 0}, STATS)
    assert {family.name for family in REGISTRY.collect()} == before
