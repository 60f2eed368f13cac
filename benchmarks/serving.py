"""Load a running service with many clients: answers, order, latency, memory.

The texts have 1 to 2,000 words, sentences of the bundled corpus joined and cut; what direct recognition finds in them
is worked out first. Then `nuner serve` is started, and each client asks for one text after the other: every second
request for one text, the others for a list of three. With `--workers 1 2` the service is run with one process and then
with two.

    python benchmarks/serving.py RECOGNIZER --clients 64 --seconds 60 --output serving.json
    python benchmarks/serving.py EXPORTED --backend onnx --words 200 --workers 1 2 --output workers.json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import psutil

from nuner import EntityRecognizer
from nuner.data_builders.corpus.readers.records import bundled_rows
from nuner.data_builders.rejections import Rejections

MOST_WORDS = 2000
SAMPLE_SECONDS = 5


def texts_of_all_lengths(count: int, seed: int, most_words: int = MOST_WORDS) -> list[str]:
    """Make texts of 1 to so many words, all lengths alike."""
    chosen = random.Random(seed)
    words = " ".join(row.value["text"] for row in islice(bundled_rows(Rejections()), 5000)).split(" ")
    texts = []
    for _ in range(count):
        length = chosen.randint(1, most_words)
        start = chosen.randrange(len(words) - length)
        texts.append(" ".join(words[start : start + length]))
    return texts


def same(found: list[dict[str, Any]], expected: list[Any]) -> bool:
    """Tell whether an answer is what direct recognition found; scores may differ by rounding."""
    return len(found) == len(expected) and all(
        all(one[name] == other[name] for name in ("start", "end", "text", "label"))
        and abs(one["score"] - other["score"]) < 1e-3
        for one, other in zip(found, expected, strict=True)
    )


async def load(
    url: str, texts: list[str], expected: list[Any], clients: int, seconds: float, service: psutil.Process
) -> dict[str, Any]:
    """Ask for `seconds` with so many clients at once."""
    seen: Counter[str] = Counter()
    latencies: list[float] = []
    memory: list[float] = []
    began = time.monotonic()

    async def ask(client: httpx.AsyncClient, number: int) -> None:
        chosen = random.Random(number)
        while time.monotonic() < began + seconds:
            places = [chosen.randrange(len(texts)) for _ in range(chosen.choice((1, 3)))]
            asked = [texts[place] for place in places]
            start = time.monotonic()
            answer = await client.post(f"{url}/entities", json={"texts": asked[0] if len(asked) == 1 else asked})
            latencies.append(time.monotonic() - start)
            seen[f"status {answer.status_code}"] += 1
            if answer.status_code == 200:
                found = answer.json()["entities"]
                found = [found] if len(asked) == 1 else found
                seen["texts"] += len(asked)
                for place, entities in zip(places, found, strict=True):
                    seen["answers that differ"] += not same(entities, expected[place])

    async def watch() -> None:
        while True:
            # What processes share counts once.
            every = [service, *service.children(recursive=True)]
            memory.append(sum(process.memory_full_info().pss for process in every) / 2**20)
            await asyncio.sleep(SAMPLE_SECONDS)

    async with httpx.AsyncClient(timeout=120, limits=httpx.Limits(max_connections=None)) as client:
        watcher = asyncio.create_task(watch())
        await asyncio.gather(*(ask(client, number) for number in range(clients)))
        watcher.cancel()
    wall = time.monotonic() - began
    ordered = sorted(latencies)
    return {
        "requests": len(latencies),
        "requests_per_second": len(latencies) / wall,
        **dict(seen),
        "answers that differ": seen["answers that differ"],
        "texts_per_second": seen["texts"] / wall,
        "latency_median_s": statistics.median(ordered),
        "latency_p95_s": ordered[int(0.95 * (len(ordered) - 1))],
        "latency_max_s": ordered[-1],
        "memory_mib": memory,
    }


def served(options: argparse.Namespace, workers: int, texts: list[str], expected: list[Any]) -> dict[str, Any]:
    """Start the service with so many processes, load it, and end it."""
    command = [sys.executable, "-m", "nuner.cli", "serve", options.recognizer, "--port", "0"]
    command += ["--backend", options.backend, "--workers", str(workers)]
    command += ["--dtype", options.dtype] if options.dtype else []
    service = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "COLUMNS": "200"}, text=True)
    try:
        assert service.stdout is not None
        match = re.search(r"http://\S+", service.stdout.readline())
        if match is None:
            raise SystemExit("the service did not start")
        process = psutil.Process(service.pid)
        return asyncio.run(load(match[0], texts, expected, options.clients, options.seconds, process))
    finally:
        service.terminate()
        service.wait()


def main() -> None:
    """Start the service, load it, and print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recognizer")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--texts", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--words", type=int, default=MOST_WORDS, help="words of the longest text")
    parser.add_argument("--backend", default="torch")
    parser.add_argument("--dtype")
    parser.add_argument("--workers", type=int, nargs="+", default=[1])
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    texts = texts_of_all_lengths(options.texts, options.seed, options.words)
    recognizer = EntityRecognizer.from_pretrained(options.recognizer, options.backend, options.dtype)
    began = time.monotonic()
    expected = recognizer(texts)
    direct = len(texts) / (time.monotonic() - began)
    del recognizer
    figures: dict[str, Any] = {"direct_texts_per_second": direct}
    for workers in options.workers:
        figures[f"workers_{workers}"] = served(options, workers, texts, expected)
    measured_on = {
        "recognizer": Path(options.recognizer).name,
        "backend": f"{options.backend} {options.dtype or 'float32'}",
        "clients": options.clients,
        "seconds": options.seconds,
        "texts": f"{len(texts)} of 1 to {options.words} words, seed {options.seed}",
        "entities": sum(map(len, expected)),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; clients on the "
        "same machine",
    }
    print(json.dumps({"measured_on": measured_on, "figures": figures}, indent=2))
    if options.output:
        options.output.write_text(json.dumps({"measured_on": measured_on, "figures": figures}, indent=2) + "\n")


if __name__ == "__main__":
    main()
