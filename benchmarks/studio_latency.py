"""How long `nuner studio` lets a person wait, in a real browser: to the first suggestion, to the next text, to open.

Three measurements, each with a server of its own and texts of the bundled corpus: from the command to the first
suggestion (new project, 1,000 texts of 20 words, three named types); from Enter to the next text with its suggestions
(200 of 2,000 texts labelled with the corpus's eight most frequent concepts); and 100,000 texts: from the command to
the answer of the server, and its memory while it reads them.

    python benchmarks/studio_latency.py BI-ENCODER --output studio_latency.json
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page, sync_playwright

from nuner.data_builders.corpus.readers.records import bundled_rows
from nuner.data_builders.labelled.projects.answers import Label
from nuner.data_builders.labelled.projects.project import Project
from nuner.data_builders.rejections import Rejections

WORDS = 20
FIRST_TYPES = ("person", "location", "organization")
# Milliseconds that a text is given for its suggestions before it is passed over.
PATIENCE = 150
TOKEN = "only-for-benchmarks"
# Notes when Enter is pressed, and when the text that it asked for is drawn.
_STOPWATCH = """() => {
    window.waits = [];
    let pressed = 0;
    addEventListener("keydown", (event) => { if (event.key === "Enter") pressed = performance.now(); }, true);
    const box = document.getElementById("text");
    new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
        if (pressed) window.waits.push(performance.now() - pressed);
        pressed = 0;
    }))).observe(box, { attributes: true, attributeFilter: ["aria-label"] });
}"""


def corpus(number: int) -> list[dict[str, Any]]:
    """Return texts of the bundled corpus with their entities."""
    return [row.value for row in islice(bundled_rows(Rejections()), number)]


def short_texts(number: int) -> list[str]:
    """Make texts of 20 words, no two of which are the same."""
    words = " ".join(row["text"] for row in corpus(5280)).split()
    return [
        f"{' '.join(words[(start := n * 7 % (len(words) - WORDS)) : start + WORDS - 1])} {n}" for n in range(number)
    ]


@contextmanager
def server(*arguments: Any) -> Iterator[tuple[str, subprocess.Popen[str], float]]:
    """Start a studio; its address, its process, and when the command was given."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "nuner.cli", "studio", *map(str, arguments)]
    process = subprocess.Popen(
        [*command, "--port", "0", "--token", TOKEN, "--no-browser"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        address = re.search(r"http://\S+", process.stdout.readline())
        assert address, "the studio did not start"
        yield address[0], process, began
    finally:
        process.terminate()
        process.wait(timeout=60)


@contextmanager
def browser() -> Iterator[Page]:
    """Start Chromium."""
    with sync_playwright() as driver:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        started = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started.new_page()
        started.close()


def first_suggestion(encoder: str, folder: Path, page: Page) -> dict[str, float]:
    """Measure the time from the command to the page, and to a suggestion on it."""
    (folder / "texts.txt").write_text("".join(f"{text}\n" for text in short_texts(1000)), encoding="utf-8")
    types = [option for name in FIRST_TYPES for option in ("--label", name)]
    with server(folder / "texts.txt", "--encoder", encoder, *types) as (address, _, began):
        printed = time.perf_counter() - began
        page.goto(address)
        page.wait_for_selector("#text")
        shown, can_suggest, passed_over = time.perf_counter() - began, 0.0, 0
        while page.locator("#text .suggested").count() == 0:
            if page.locator("#learner:not([data-phase=starting])").count():
                can_suggest = can_suggest or time.perf_counter() - began
                page.wait_for_timeout(PATIENCE)
                if page.locator("#text .suggested").count() == 0:
                    page.keyboard.press("s")  # a text without one of the types
                    passed_over += 1
            page.wait_for_timeout(20)
        return {
            "address": printed,
            "page": shown,
            "can_suggest": can_suggest,
            "passed_over": passed_over,
            "first_suggestion": time.perf_counter() - began,
        }


def next_texts(encoder: str, folder: Path, page: Page, steps: int) -> dict[str, Any]:
    """Measure the time from Enter to the next text."""
    rows = corpus(2000)
    concepts = Counter(entity["concept"] for row in rows for entity in row["entities"])
    types = [concept for concept, _ in concepts.most_common(8)]
    file = folder / "labelled.studio"
    with Project(file) as project:
        project.add_texts((row["text"], None) for row in rows)
        me = project.annotator("me")
        numbers = {name: project.types.add(me, name).number for name in types}
        for number, row in enumerate(rows[:200], start=1):
            labels: list[Label] = []
            for entity in sorted(row["entities"], key=lambda entity: entity["start"]):
                if entity["concept"] in numbers and (not labels or labels[-1].end <= entity["start"]):
                    labels.append(Label(entity["start"], entity["end"], numbers[entity["concept"]]))
            project.save(number, me, labels)
    with server(file, "--encoder", encoder) as (address, _, _):
        page.goto(address)
        page.wait_for_selector("#learner[data-phase=ready]", timeout=600_000)
        page.wait_for_selector("#text")
        page.evaluate(_STOPWATCH)
        for step in range(steps):
            page.keyboard.press("Enter")
            while len(page.evaluate("window.waits")) <= step:
                page.wait_for_timeout(5)
            page.wait_for_timeout(300)  # a person reads
        waits = sorted(page.evaluate("window.waits"))
    return {
        "labelled": 200,
        "texts": len(rows),
        "types": types,
        "steps": steps,
        "median_ms": waits[len(waits) // 2],
        "p95_ms": waits[int(0.95 * (len(waits) - 1))],
        "slowest_ms": waits[-1],
    }


def many_texts(encoder: str, folder: Path, seconds: float) -> dict[str, float]:
    """Measure how long 100,000 texts take to open, and the memory that they take."""
    (folder / "many.txt").write_text("".join(f"{text}\n" for text in short_texts(100_000)), encoding="utf-8")
    measured: dict[str, float] = {}
    for name in ("new", "again"):
        with server(folder / "many.txt", "--encoder", encoder, "--label", "person") as (_, process, began):
            measured[f"{name}_seconds"] = time.perf_counter() - began
            peak, until = 0, time.monotonic() + seconds
            while time.monotonic() < until:
                peak = max(peak, psutil.Process(process.pid).memory_info().rss)
                time.sleep(0.5)
            measured[f"{name}_peak_gib"] = peak / 2**30
    return measured


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("encoder", help="folder of a bi-encoder")
    parser.add_argument("--steps", type=int, default=100, help="texts to accept")
    parser.add_argument("--seconds", type=float, default=60, help="how long to watch the memory")
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    figures: dict[str, Any] = {"encoder": arguments.encoder, "machine": platform.platform()}
    with tempfile.TemporaryDirectory() as folder, browser() as page:
        figures["first_suggestion_seconds"] = first_suggestion(arguments.encoder, Path(folder), page)
        figures["next_text"] = next_texts(arguments.encoder, Path(folder), page, arguments.steps)
        figures["many_texts"] = many_texts(arguments.encoder, Path(folder), arguments.seconds)
    print(json.dumps(figures, indent=2))
    if arguments.output:
        arguments.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
