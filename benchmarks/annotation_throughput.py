"""Measure how many replies a second a run gets from a server that takes its time.

    PYTHONPATH=tests python benchmarks/annotation_throughput.py --output annotation_throughput.json

The server is the one of the tests: real HTTP on loopback, in a process of its own on the same machine. With 200 ms a
reply and 64 requests at once no client can get more than 320 replies a second. The time counts from the first
question to the last commit; the probe and adding the sentences to the store come before.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from support.openai_server_process import OpenAIServerProcess

from nuner.data_builders.annotation.llm.client import LLMClient
from nuner.data_builders.annotation.runs.run import fill_store
from nuner.data_builders.annotation.runs.settings import RunSettings
from nuner.data_builders.annotation.sentences.raw_sentence import raw_sentence
from nuner.data_builders.annotation.store.store import AnnotationStore


@dataclass(frozen=True)
class Throughput:
    """What was measured.

    Args:
        sentences: How many were answered.
        latency: Seconds that the server takes.
        concurrency: Requests at once.
        per_second: Replies a second.
        limit: The most that latency and concurrency allow.
        cpu_milliseconds: Processor time of the client for a reply.
        load: Load average of the machine when it began, and the number of its processors.
    """

    sentences: int
    latency: float
    concurrency: int
    per_second: float
    limit: float
    cpu_milliseconds: float
    load: tuple[float, int]


def measure(sentences: int, latency: float, concurrency: int) -> Throughput:
    """Run once against a new store."""
    load = (os.getloadavg()[0], os.cpu_count() or 1)
    rows = [
        raw_sentence(f"Number {number} is about Paris, Ada and the trams of Lisbon.") for number in range(sentences)
    ]
    with tempfile.TemporaryDirectory() as folder, OpenAIServerProcess(latency=latency) as server:
        path = Path(folder) / "store.sqlite"
        client = LLMClient("tiny-llm", server.base_url)
        with AnnotationStore(path) as store:
            store.add(rows)
        before = _cpu_seconds()
        begun = time.perf_counter()
        result = fill_store(path, client, RunSettings(concurrency=concurrency))
        wall = time.perf_counter() - begun
        cpu = _cpu_seconds() - before
    if result.progress.done != sentences:
        raise RuntimeError(f"{result.progress.done} of {sentences} sentences were answered after {wall:.0f} s")
    return Throughput(
        sentences,
        latency,
        concurrency,
        sentences / result.progress.seconds,
        concurrency / latency,
        cpu / sentences * 1000,
        load,
    )


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Measure, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=5000)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds a reply")
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--output", type=Path, default=Path("annotation_throughput.json"))
    arguments = parser.parse_args()
    figures = measure(arguments.sentences, arguments.latency, arguments.concurrency)
    print(
        f"{figures.per_second:.0f} replies a second of {figures.limit:.0f} that are possible; "
        f"{figures.cpu_milliseconds:.2f} ms of processor time a reply; load {figures.load[0]:.1f} on "
        f"{figures.load[1]} processors"
    )
    report = {**asdict(figures), "machine": platform.platform(), "python": platform.python_version()}
    arguments.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
