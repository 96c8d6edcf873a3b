"""Ingest for Prometheus, in a registry of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ingest.counts import Counts
from ingest.gateways import Gateways
from ingest.inbox import Inbox

_MEANING = {
    "received": "Readings decoded",
    "stored": "Readings durable in the store",
    "quarantined": "Readings durable in quarantine",
    "duplicates": "Readings in batches delivered again",
    "suspect": "Stored readings that prove nothing: beyond span or too fast",
    "unreadable": "Messages in quarantine whole",
    "discarded": "Batches announced as dropped by the edge's policy",
    "batches": "Named batches settled",
    "messages": "MQTT messages acknowledged",
    "ignored": "MQTT messages that were not for ingest",
    "spared": "MQTT messages of devices that nobody mapped, like others in quarantine",
    "shed": "Unreadable MQTT messages above a gateway's rate, like one in quarantine",
    "deferred": "Batches above a gateway's rate, left to its outbox",
    "excess": "Quarantined readings that came above a gateway's rate",
    "intervals": "Rows of use written",
    "intervals_suspect": "Rows of use that nobody can know",
    "resets": "Registers that began again at another level",
    "late": "Ranges of time to judge again",
    "writes": "Writes to the store",
    "replayed": "Readings of the quarantine that a replay stored",
}


class _IngestCollector(Collector):
    def __init__(
        self, counts: Counts, inbox: Inbox, gateways: Gateways, retries: Callable[[], int],
        gaps: Callable[[], Mapping[str, int]],
        spooled: Callable[[], tuple[int, int, int]],
    ) -> None:  # fmt: skip
        self._counts, self._inbox, self._gateways, self._retries = counts, inbox, gateways, retries
        self._gaps, self._spooled = gaps, spooled

    def collect(self) -> Iterator[Metric]:
        for name, value in self._counts.now().items():
            yield CounterMetricFamily(f"plantroom_ingest_{name}", _MEANING[name], value=value)
        yield CounterMetricFamily(
            "plantroom_ingest_retries", "Calls tried again", value=self._retries()
        )
        messages, size = self._inbox.depth()
        yield GaugeMetricFamily(
            "plantroom_ingest_inbox_messages", "Messages that wait", value=messages
        )
        yield GaugeMetricFamily("plantroom_ingest_inbox_bytes", "Bytes that wait", value=size)
        messages, size, refused = self._spooled()
        yield GaugeMetricFamily(
            "plantroom_ingest_spool_messages", "Foreign messages on disk", value=messages
        )
        yield GaugeMetricFamily("plantroom_ingest_spool_bytes", "Their bytes", value=size)
        yield CounterMetricFamily(
            "plantroom_ingest_spool_refused", "Foreign messages without room there", value=refused
        )
        yield from self._of_gateways()

    def _of_gateways(self) -> Iterator[Metric]:
        offsets = {g: ms / 1000 for g, ms in self._gateways.clock_offsets().items()}
        yield _gauge("clock_offset_seconds", "Gateway's clock less ours", offsets)
        full = {g: health.outbox_full for g, health in self._gateways.health().items()}
        yield _gauge("outbox_full_ratio", "How full the outbox is", full)
        twins = {g: float(n) for g, n in self._gateways.twins().items()}
        gaps = {g: float(n) for g, n in self._gaps().items()}
        yield _gauge("transport_gaps", "Times unconfirmed messages of a node were missing", gaps)
        yield _gauge("twin_boots", "Times two boots were live at once", twins)


def _gauge(name: str, meaning: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"plantroom_gateway_{name}", meaning, labels=["gateway"])
    for gateway, value in values.items():
        family.add_metric([gateway], value)
    return family


def registry_of(
    counts: Counts, inbox: Inbox, gateways: Gateways, retries: Callable[[], int],
    gaps: Callable[[], Mapping[str, int]] = dict,
    spooled: Callable[[], tuple[int, int, int]] = lambda: (0, 0, 0),
) -> CollectorRegistry:  # fmt: skip
    """What ``/metrics`` shows of one ingest; read at each scrape."""
    registry = CollectorRegistry()
    registry.register(_IngestCollector(counts, inbox, gateways, retries, gaps, spooled))
    return registry
