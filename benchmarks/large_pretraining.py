"""From the command to the first training step, and the steps, on corpora as large as the paper's.

    python benchmarks/large_pretraining.py --output large-pretraining.json

For each size `nuner pretrain` is run twice on the same corpus: with an empty cache, and again. Of each run are noted
the seconds until its first line and its first step, on the clock and of the processors, the peak of the memory that it
and its processes take together (proportional set size: shared pages count once), and the median time of a step. The
encoder is a tiny one, so that what is measured is the work on the corpus.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from large_corpora import bundled_passages, write_large_corpus
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

SECONDS_APART = 0.5
STEP = re.compile(r"Pre-training: step (\d+)/")
TICKS = os.sysconf("SC_CLK_TCK")


def tiny_encoder(folder: Path) -> None:
    """Write a BERT of two layers of 32, with a vocabulary of the bundled passages."""
    words = BertWordPieceTokenizer()
    words.train_from_iterator((row["text"] for row in bundled_passages()), vocab_size=8000, show_progress=False)
    names = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words._tokenizer, model_max_length=512, **names)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@dataclass
class Watch:
    """Seconds of processors and peak memory of a process and all that it started."""

    process: int
    peak: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Look at the memory now and then."""
        while not self.stopped.wait(SECONDS_APART):
            self.peak = max(self.peak, sum(map(_bytes, self.family(self.process))))

    def family(self, process: int) -> Iterator[int]:
        """Yield the process and its descendants."""
        yield process
        try:
            children = Path(f"/proc/{process}/task/{process}/children").read_text()
        except OSError:
            return
        for child in map(int, children.split()):
            yield from self.family(child)

    def processor_seconds(self) -> float:
        """Return what all of them have taken so far."""
        return sum(map(_processor_seconds, self.family(self.process)))


def _bytes(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _processor_seconds(process: int) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    # Its own, and those of children that have ended.
    return sum(map(int, fields[11:15])) / TICKS


def measured_run(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    """Run `nuner pretrain` and note what it took."""
    began = time.monotonic()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        watch = Watch(run.pid)
        watcher = threading.Thread(target=watch.run)
        watcher.start()
        found: dict[str, Any] = {}
        steps: dict[int, float] = {}
        for line in run.stdout:
            now = time.monotonic() - began
            found.setdefault("first_line", round(now, 1))
            step = STEP.match(line)
            if step and not steps:
                found |= {"first_step": round(now, 1), "first_step_processor": round(watch.processor_seconds(), 1)}
            if step:
                steps[int(step[1])] = now
            print(f"  {now:7.1f} {line}", end="", flush=True)
        watch.stopped.set()
        watcher.join()
    if run.returncode:
        sys.exit(f"the run ended with {run.returncode}")
    # Logged every twenty steps; between them lines come by the clock.
    logged = [(step, second) for step, second in steps.items() if step % 20 == 0]
    pace = [(after[1] - before[1]) / (after[0] - before[0]) for before, after in pairwise(logged)]
    return {
        **found,
        "peak_gib": round(watch.peak / 2**30, 2),
        "milliseconds_a_step": round(1000 * statistics.median(pace), 1),
        "seconds": round(time.monotonic() - began, 1),
    }


def main() -> None:
    """Measure all sizes, print them and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--steps", type=int, default=100, help="less than an epoch: the encoder learns nothing")
    parser.add_argument("--folder", type=Path, help="For corpora, caches and runs: 4 GB; a temporary one by default.")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        tiny_encoder(folder / "encoder")
        for sentences in options.sentences:
            corpus = folder / f"{sentences}.jsonl"
            write_large_corpus(corpus, sentences)
            environment = {**os.environ, "HF_DATASETS_CACHE": str(folder / "cache"), "PYTHONUNBUFFERED": "1"}
            for start in ("empty", "filled"):
                shutil.rmtree(folder / "run", ignore_errors=True)
                print(f"{sentences:,} sentences, {start} cache", flush=True)
                command = [sys.executable, "-m", "nuner.cli", "pretrain", "--text-encoder", str(folder / "encoder")]
                command += ["--corpus", str(corpus), "--max-steps", str(options.steps), "--frozen-layers", "1"]
                run = measured_run([*command, "--output", str(folder / "run")], environment)
                results.append({"sentences": sentences, "cache": start, **run})
                print(json.dumps(results[-1]), flush=True)
            shutil.rmtree(folder / "cache")
            corpus.unlink()
    measured_on = {
        "steps": options.steps,
        "processor": torch.cpu.get_capabilities().get("cpu_name") or platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }
    if options.output:
        options.output.write_text(json.dumps({"measured_on": measured_on, "results": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
