"""How many finished sentences a second one core handles: parsing, aligning, writing.

The sentences are those of the bundled corpus, their replies its annotations by the contract, and every tenth reply is
in fences, every fiftieth broken, and every fiftieth cut off. Two ways are measured:

- `store`: replies are read, aligned and recorded in an annotation store, so many at once as a run's requests that are
  under way (`GroupCommits` shares transactions);
- `corpus`: replies are read, aligned and written as Parquet shards with the report (`nuner corpus build`).

    python benchmarks/annotation_parsing.py --sentences 20000 --output annotation_parsing.json
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from nuner.data_builders.annotation.corpus.build import build_corpus
from nuner.data_builders.annotation.replies.alignment import align
from nuner.data_builders.annotation.replies.parsing import ParsedReply, parse_reply
from nuner.data_builders.annotation.sentences.raw_sentence import raw_sentence
from nuner.data_builders.annotation.store.finished_sentence import FinishedSentence
from nuner.data_builders.annotation.store.store import AnnotationStore, Outcome
from nuner.data_builders.corpus.readers.records import bundled_rows
from nuner.data_builders.raw_entity import RawEntity
from nuner.data_builders.rejections import Rejections
from nuner.data_builders.schema import sentence_id

UNDER_WAY = 64


def finished_sentences(count: int) -> list[FinishedSentence]:
    """Return sentences with replies; a number makes those different that come from one passage."""
    sentences = []
    for number, row in enumerate(islice(cycle(bundled_rows(Rejections())), count)):
        record = row.value
        entities = [RawEntity(entity["text"], entity["concept"]) for entity in record["entities"]]
        reply = ParsedReply(entities, "json").to_json()
        if number % 10 == 1:
            reply = f"Here is the JSON:\n```json\n{reply}\n```"
        elif number % 50 == 2:
            reply = reply.replace("}]", "},]")
        elif number % 50 == 3:
            reply = reply[:-20]
        text = f"{record['text']} ({number})"
        sentences.append(FinishedSentence(sentence_id(text), text, "en", record["source"], reply, False))
    return sentences


def through_the_store(sentences: list[FinishedSentence], folder: Path) -> Callable[[], int]:
    """Prepare a store; return what reads, aligns and records all replies, and counts the annotations."""
    store = AnnotationStore(folder / "store.sqlite")
    store.add(raw_sentence(sentence.text, sentence.language, sentence.source) for sentence in sentences)
    pending = store.claim(store.join(), len(sentences))

    def run() -> int:
        annotations = 0
        for first in range(0, len(sentences), UNDER_WAY):
            outcomes = []
            group = slice(first, first + UNDER_WAY)
            for sentence, asked in zip(sentences[group], pending[group], strict=True):
                parsed = parse_reply(sentence.reply)
                annotations += len(align(sentence.text, parsed.entities).spans)
                outcomes.append(Outcome(asked.number, "done", sentence.reply, entities=parsed.to_json()))
            store.record(outcomes)
        store.close()
        return annotations

    return run


def to_a_corpus(sentences: list[FinishedSentence], folder: Path) -> Callable[[], int]:
    """Return what builds the corpus and counts its annotations."""
    return lambda: build_corpus(sentences, folder).statistics.annotations


def main() -> None:
    """Print a line a way and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=20_000)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    sentences = finished_sentences(options.sentences)
    results: list[dict[str, Any]] = []
    for name, prepare in (("store", through_the_store), ("corpus", to_a_corpus)):
        with tempfile.TemporaryDirectory() as folder:
            prepare(sentences[:200], Path(folder) / "warm-up")()  # modules are imported when they are first used
            run = prepare(sentences, Path(folder) / "measured")
            wall, cpu = time.perf_counter(), time.process_time()
            annotations = run()
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        rates = {"per_core_second": len(sentences) / cpu, "per_second": len(sentences) / wall}
        results.append({"way": name, "annotations": annotations, **rates})
        print(
            f"{name:8s} {rates['per_core_second']:8,.0f} sentences a second of processor time, "
            f"{rates['per_second']:8,.0f} a second, {annotations:,} annotations",
            flush=True,
        )
    if options.output:
        measured_on = {
            "sentences": len(sentences),
            "corpus": "bundled, replies made of its annotations",
            "machine": f"{platform.processor() or platform.machine()}, Python {platform.python_version()}",
        }
        options.output.write_text(json.dumps({"measured_on": measured_on, "results": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
