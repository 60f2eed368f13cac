"""Time EntityRecognizer against the pipeline of transformers: same model, same texts, one run.

    nuner export RECOGNIZER --output EXPORTED --format onnx --int8
    nuner export RECOGNIZER --output EXPORTED --format openvino --int8
    python benchmarks/recognition.py RECOGNIZER --exported EXPORTED --texts test.jsonl --output recognition.json

The candidates take turns in every round, so that whatever else the machine does falls on all of them; the median of
the rounds counts. Texts are short ones (the sentences of a labelled data set), and a mix of them with texts of 1,000
words, which the pipeline reads whole as well (`stride`).
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import pipeline

from nuner import EntityRecognizer

LONG_WORDS = 1000


def read_texts(path: Path, limit: int) -> list[str]:
    """Read the sentences of a labelled JSON Lines file (`tokens`, or `text`)."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row["text"] if "text" in row else " ".join(row["tokens"]) for row in rows][:limit]


def mixed_texts(sentences: list[str], short: int, long: int) -> list[str]:
    """Make short texts with some of 1,000 words among them."""
    draw = random.Random(0)
    words = " ".join(sentences).split()
    texts = draw.sample(sentences, min(short, len(sentences)))
    for _ in range(long):
        start = draw.randrange(max(1, len(words) - LONG_WORDS))
        texts.append(" ".join(words[start : start + LONG_WORDS]))
    draw.shuffle(texts)
    return texts


def candidates(options: argparse.Namespace) -> dict[str, EntityRecognizer]:
    """Load the recognizers to time, the exact one first."""
    load: Any = EntityRecognizer.from_pretrained
    found: dict[str, EntityRecognizer] = {
        "torch float32": load(options.recognizer),
        "torch bfloat16": load(options.recognizer, dtype="bfloat16"),
    }
    if options.exported:
        for backend, dtypes in (("onnx", ("float32", "int8")), ("openvino", ("float32", "bfloat16", "int8"))):
            for dtype in dtypes:
                found[f"{backend} {dtype}"] = load(options.exported, backend=backend, dtype=dtype)
    return found


def time_in_turns(runs: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Return median seconds of each run; all take a turn in every round, after one that does not count."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(seconds[1:]) for name, seconds in times.items()}


def entities(results: list[Any], label: str) -> list[list[tuple[int, int, str]]]:
    """Return places and labels of the entities of each text."""
    return [[(e["start"], e["end"], e[label]) for e in found] for found in results]


def measure(
    texts: list[str], ner: Callable[[], Any], recognizers: dict[str, EntityRecognizer], rounds: int
) -> list[dict[str, Any]]:
    """Time the pipeline and every recognizer on some texts, and count what they find differently."""
    runs: dict[str, Callable[[], Any]] = {"pipeline, batch 32": ner}
    runs |= {name: (lambda recognizer=recognizer: recognizer(texts)) for name, recognizer in recognizers.items()}
    seconds = time_in_turns(runs, rounds)
    expected = entities(ner(), "entity_group")
    exact = next(iter(recognizers.values()))
    labels = exact.word_logits(exact.tokenizer(texts)).argmax(axis=1)
    base = seconds["pipeline, batch 32"]
    rows = [{"candidate": "pipeline, batch 32", "texts_a_second": len(texts) / base, "times_as_fast": 1.0}]
    for name, recognizer in recognizers.items():
        found = entities(recognizer(texts), "label")
        changed = recognizer.word_logits(recognizer.tokenizer(texts)).argmax(axis=1) != labels
        rows.append(
            {
                "candidate": name,
                "texts_a_second": len(texts) / seconds[name],
                "times_as_fast": base / seconds[name],
                "word_labels_changed_percent": 100 * float(np.mean(changed)),
                "texts_unlike_the_pipeline": sum(a != b for a, b in zip(found, expected, strict=True)),
            }
        )
    return rows


def main() -> None:
    """Print a table for each kind of text and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recognizer")
    parser.add_argument("--exported", help="Folder with the ONNX and OpenVINO exports, in float32 and int8.")
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--sentences", type=int, default=2000)
    parser.add_argument("--short", type=int, default=150, help="Short texts of the mix.")
    parser.add_argument("--long", type=int, default=10, help="Texts of 1,000 words of the mix.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    sentences = read_texts(options.texts, options.sentences)
    recognizers = candidates(options)
    overlap = next(iter(recognizers.values())).overlap
    load: Any = pipeline
    ner = load("ner", model=options.recognizer, aggregation_strategy="first")
    reading_all = load("ner", model=options.recognizer, aggregation_strategy="first", stride=overlap)
    mix = mixed_texts(sentences, options.short, options.long)
    results = {}
    for kind, texts, run in (
        ("sentences", sentences, ner),
        ("short texts and texts of 1,000 words", mix, reading_all),
    ):
        rows = measure(texts, lambda texts=texts, run=run: run(texts, batch_size=32), recognizers, options.rounds)
        results[kind] = {"texts": len(texts), "rows": rows}
        print(f"\n{len(texts)} {kind}")
        for row in rows:
            changed = row.get("word_labels_changed_percent")
            note = "" if changed is None else f"{changed:6.2f} % of word labels changed"
            unlike = row.get("texts_unlike_the_pipeline")
            note += "" if unlike is None else f", {unlike} texts unlike the pipeline"
            print(
                f"{row['candidate']:20s} {row['texts_a_second']:8.1f} texts/s {row['times_as_fast']:6.2f} x {note}",
                flush=True,
            )
    if options.output:
        measured_on = {
            "recognizer": Path(options.recognizer).name,
            "texts": f"{options.texts.parent.name}/{options.texts.name}",
            "rounds": options.rounds,
            "threads": torch.get_num_threads(),
            "processor": torch.cpu.get_capabilities().get("cpu_name") or platform.processor(),
            "torch": torch.__version__,
        }
        options.output.write_text(json.dumps({"measured_on": measured_on, "results": results}, indent=2))


if __name__ == "__main__":
    main()
