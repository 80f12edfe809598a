"""The figures of supervisor and gateway as Prometheus reads them: each name begins with `deadstop_`."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from bus.contract.histogram import Histogram
from bus.wire.replies import NodeSummary, Stats

_MANUAL = "docs/operations.md says what it means"


class _Once(Collector):
    """Hands a registry the metrics of one request."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        return self._metrics


def prometheus_text(own: Mapping[str, float], stats: Stats | None) -> bytes:
    """The gateway's own figures and, where the supervisor has answered, its figures."""
    metrics = list(_simple("deadstop_gateway_", own))
    metrics.append(GaugeMetricFamily("deadstop_up", "1 while the supervisor answers", value=float(stats is not None)))
    if stats is not None:
        metrics += [*_of_jobs(stats), *_of_nodes(stats.nodes), *_simple("deadstop_", stats.gauges)]
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Once(metrics))
    return generate_latest(registry)


def _of_jobs(stats: Stats) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("deadstop_jobs", "jobs by state", labels=["state"])
    for state, count in sorted(stats.jobs.items()):
        jobs.add_metric([state], count)
    ended = CounterMetricFamily("deadstop_jobs_ended_total", "how jobs have ended", labels=["state", "reason"])
    for one in stats.ended:
        ended.add_metric([one.state, one.reason or ""], one.count)
    words = "from the request to stop to the proof, by the rung that was needed"
    stops = HistogramMetricFamily("deadstop_stop_seconds", words, labels=["rung"])
    for rung, histogram in stats.stops.items():
        stops.add_metric([rung], _buckets(histogram), histogram.sum_s)
    first = stats.first_chunk
    words = "from a question to its worker's first word, the queue included"
    yield from (jobs, ended, stops)
    yield HistogramMetricFamily("deadstop_first_chunk_seconds", words, buckets=_buckets(first), sum_value=first.sum_s)


def _of_nodes(nodes: Sequence[NodeSummary]) -> Iterator[Metric]:
    """Metrics of the nodes; none where every job runs on the server's machine."""
    if not nodes:
        return
    states = GaugeMetricFamily("deadstop_node_state", "1 for the state that a node is in", labels=["node", "state"])
    for node in nodes:
        states.add_metric([node.name, node.state], 1)
    yield states
    for name, words in (("jobs", "of a node, taken"), ("slots", "of a node"), ("workers", "of a node, warm ones too")):
        family = GaugeMetricFamily(f"deadstop_node_{name}", f"{name} {words}", labels=["node"])
        for node in nodes:
            family.add_metric([node.name], getattr(node, name))
        yield family


def _simple(prefix: str, figures: Mapping[str, float]) -> Iterator[Metric]:
    """Counters are called `..._total`, everything else is a gauge."""
    for name, value in sorted(figures.items()):
        family = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
        yield family(f"{prefix}{name}", _MANUAL, value=value)


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    bounds = [*map(str, histogram.bounds), "+Inf"]
    return list(zip(bounds, accumulate(histogram.counts), strict=True))
