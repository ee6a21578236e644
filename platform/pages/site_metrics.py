"""The site in numbers for Prometheus. What the database knows is asked there, so every web process says the same.

No label names a team, a person or a competition.
"""

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from time import monotonic

import structlog
from django.conf import settings
from django.core.cache import caches
from django.core.files.storage import FileSystemStorage, storages
from django.db import DatabaseError, connection
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config import broker_reach
from config.bounded import BoundedLook
from config.request_times import counted_by_all
from submissions.figures import Figures, figures

KEPT_AS = "metrics"
Rows = Sequence[tuple[Sequence[str], float]]
log = structlog.get_logger(__name__)


class SiteCollector(Collector):
    """All but the times of requests, as it was found METRICS_SECONDS ago at most, within METRICS_TIMEOUT_SECONDS."""

    def collect(self) -> Iterator[Metric]:
        kept: list[Metric] | None = caches["process"].get(KEPT_AS)
        if kept is None:
            kept = list(_made_anew())
            caches["process"].set(KEPT_AS, kept, settings.METRICS_SECONDS)
        yield from kept


def as_text() -> bytes:
    """In Prometheus' text format: of this process and its siblings, and of the site."""
    registry = CollectorRegistry()
    registry.register(SiteCollector())
    return generate_latest(counted_by_all()) + generate_latest(registry)


def _made_anew() -> Iterator[Metric]:
    ends_at = monotonic() + settings.METRICS_TIMEOUT_SECONDS
    rows, broker = _look_at_rows.begin(), _look_at_broker.begin()
    yield from _stores()
    try:
        found = rows.result(timeout=max(0.0, ends_at - monotonic()))
    except (DatabaseError, TimeoutError) as problem:
        log.error("metrics_without_database", problem=str(problem))
        yield _gauge("holdout_database_is_reachable", "1: the database answers.", 0)
    else:
        yield _gauge("holdout_database_is_reachable", "1: the database answers.", 1)
        yield from _of_submissions(found)
        yield from _of_queues(found)
        yield from _of_workers(found)
    try:
        is_there = not broker.result(timeout=max(0.0, ends_at - monotonic()))
    except TimeoutError:
        is_there = False
    yield _gauge("holdout_broker_is_reachable", "1: the broker answers.", is_there)


def _of_submissions(found: Figures) -> Iterator[Metric]:
    counts = [((each.status.value, each.kind.value), each.count) for each in found.counts]
    yield _gauges("holdout_submissions", "Submissions, by status and kind.", ("status", "kind"), counts)
    claims = CounterMetricFamily("holdout_claims", "How often a worker took a submission up.", labels=("kind",))
    for kind in sorted({each.kind for each in found.counts}):
        claims.add_metric((kind.value,), sum(each.claims for each in found.counts if each.kind == kind))
    yield claims
    ended = [((status.value,), count) for status, count in found.ended.items()]
    yield _gauges("holdout_ended_lately", "What became of those queued in the last hour.", ("status",), ended)
    yield _gauge("holdout_tried_again", "Under way, after a failure of ours.", found.tried_again)
    yield _gauge("holdout_leases_run_out", "Whose worker is gone; not given back yet.", found.leases_run_out)
    yield _gauge("holdout_letters_given_up", "Letters that no mail server took.", found.letters_given_up)
    quantiles: list[tuple[tuple[str, str], float]] = []
    for times in found.times:
        for name, seconds in (("0.5", times.p50), ("0.95", times.p95)):
            if seconds is not None:
                quantiles.append(((times.kind.value, name), seconds))
    yield _gauges(
        "holdout_upload_to_score_seconds",
        "From the last byte to the first score, of files sent in the last hour; of fewer than five nothing.",
        ("kind", "quantile"),
        quantiles,
    )


def _of_queues(found: Figures) -> Iterator[Metric]:
    counts = [((each.queue,), each.count) for each in found.waiting]
    ages = [((each.queue,), each.oldest_seconds) for each in found.waiting]
    yield _gauges("holdout_queue_waiting", "What waits in each queue.", ("queue",), counts)
    yield _gauges("holdout_queue_oldest_seconds", "For how long the oldest has waited; 0: none.", ("queue",), ages)


def _of_workers(found: Figures) -> Iterator[Metric]:
    heard_of = [((worker.key,), float(worker.is_heard_of)) for worker in found.workers]
    yield _gauges("holdout_worker_is_heard_of", "1: a worker of that queue lives.", ("queue",), heard_of)
    seen = [((worker.key,), _seconds(worker.seen_at)) for worker in found.workers]
    yield _gauges("holdout_worker_seen_timestamp_seconds", "When one was last heard of; 0: never.", ("queue",), seen)
    yield _gauge("holdout_swept_timestamp_seconds", "The sweeper's last round; 0: none.", _seconds(found.swept_at))
    yield _gauge("holdout_models_are_run", "1: a models worker's walls are enough.", found.runs_models)


def _stores() -> Iterator[Metric]:
    """Of the stores on disks of this machine; what lies elsewhere has metrics of its own."""
    free: list[tuple[tuple[str], float]] = []
    size: list[tuple[tuple[str], float]] = []
    for name in settings.STORAGES:
        store = storages[name]
        if not isinstance(store, FileSystemStorage) or name == "staticfiles":
            continue
        try:
            usage = shutil.disk_usage(store.location)
        except OSError:  # Not mounted where this process runs.
            continue
        free.append(((name,), usage.free))
        size.append(((name,), usage.total))
    yield _gauges("holdout_store_free_bytes", "Free on the disk of each store.", ("store",), free)
    yield _gauges("holdout_store_size_bytes", "The size of the disk of each store.", ("store",), size)


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value=value)


def _gauges(name: str, documentation: str, labels: Sequence[str], rows: Rows) -> Metric:
    family = GaugeMetricFamily(name, documentation, labels=labels)
    for values, value in rows:
        family.add_metric(values, value)
    return family


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


def _rows() -> Figures:
    # A connection of this thread's own, which ends with it.
    try:
        return figures(timezone.now())
    finally:
        connection.close()


_look_at_rows: BoundedLook[Figures] = BoundedLook(_rows, "metrics-database")
_look_at_broker: BoundedLook[str] = BoundedLook(broker_reach.why_away, "metrics-broker")
