"""What the service counts, in the text format of Prometheus."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

from nuner.modeling_nuner.recognition.entities import Entity

from .metrics_folder import METRICS_FOLDER

_OTHER = "(other)"
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The metrics of one service, beside those of its process (memory, processor time).

    Of several processes that serve at one port each renders what all have counted together.

    Args:
        types: The entity types that are counted by name; others, which requests name, are counted together.

    Attributes:
        content_type: What `render` returns.
        waiting: Requests that wait or are under way.

    Example:
        ```python
        >>> from nuner.serving.metrics import Metrics
        >>> b"nuner_texts_total 0.0" in Metrics(["city"]).render()
        True

        ```
    """

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, types: Collection[str]) -> None:
        self._types = frozenset(types)
        self._registry = CollectorRegistry()
        # Several processes count in files of one folder, which prometheus_client finds by this variable, too.
        self._folder = os.environ.get(METRICS_FOLDER)
        if self._folder is None:
            ProcessCollector(registry=self._registry)
        registry = self._registry
        self._requests = Counter("nuner_requests", "Requests to /entities", ["status"], registry=registry)
        self._seconds = Histogram(
            "nuner_request_seconds", "From a request to its answer", buckets=_SECONDS, registry=registry
        )
        self._texts = Counter("nuner_texts", "Texts recognized", registry=registry)
        self._characters = Counter("nuner_characters", "Characters of these", registry=registry)
        self._entities = Counter("nuner_entities", "Entities found", ["label"], registry=registry)
        self._batch_texts = Histogram(
            "nuner_batch_texts", "Texts recognized together", buckets=_SIZES, registry=registry
        )
        self._batch_seconds = Histogram("nuner_batch_seconds", "Recognition of a batch", registry=registry)
        self.waiting = Gauge(
            "nuner_waiting_requests",
            "Requests that wait or are under way",
            registry=registry,
            multiprocess_mode="livesum",
        )

    def request(self, status: int, seconds: float) -> None:
        """Count a request.

        Args:
            status: The HTTP status of its answer.
            seconds: How long it took.
        """
        self._requests.labels(str(status)).inc()
        self._seconds.observe(seconds)

    def batch(self, texts: Sequence[str | None], found: Sequence[Sequence[Entity]], seconds: float) -> None:
        """Count a batch.

        Args:
            texts: Its texts.
            found: Their entities.
            seconds: How long it took.
        """
        self._texts.inc(len(texts))
        self._characters.inc(sum(len(text or "") for text in texts))
        for entities in found:
            for entity in entities:
                self._entities.labels(entity["label"] if entity["label"] in self._types else _OTHER).inc()
        self._batch_texts.observe(len(texts))
        self._batch_seconds.observe(seconds)

    def render(self) -> bytes:
        """Return all metrics as text."""
        if self._folder is None:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together, self._folder)
        together.register(_WorkersMemory(self._folder))
        return generate_latest(together)


class _WorkersMemory:
    """The memory of each of the processes that count in a folder and are alive."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        memory = GaugeMetricFamily(
            "process_resident_memory_bytes", "Resident memory size in bytes.", labels=["worker"]
        )
        for worker in sorted({int(path.stem.rpartition("_")[2]) for path in self._folder.glob("counter_*.db")}):
            try:
                memory.add_metric([str(worker)], psutil.Process(worker).memory_info().rss)
            except psutil.Error:  # it has ended; what it counted stays
                continue
        yield memory
