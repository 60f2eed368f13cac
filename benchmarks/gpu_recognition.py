"""Time recognition with a classifier of RoBERTa-base's size on a GPU, transformers' pipeline against this package.

    python benchmarks/gpu_recognition.py --output gpu-recognition.json

Weights are random, sentences are those of `synthetic_corpus.py`. Naive is `pipeline("ner", batch_size=64)`. All take
turns in every round; the median of the rounds counts. The share of the peak counts 24 x hidden size^2 a layer for each
real token and 4 x hidden size x length for attention; the peak is that of a large bf16 product in the same run.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from gpu_pretraining import device, now, peak, write
from synthetic_corpus import roberta, synthetic_corpus, synthetic_tokenizer
from transformers import pipeline

from nuner import EntityRecognizer, NuNerConfig, NuNerForTokenClassification, save_recognizer

LABELS = ["O", *(f"{part}-type{i}" for i in range(8) for part in "BI")]


def save_random_recognizer(options: argparse.Namespace, folder: Path) -> None:
    """Write a recognizer of random weights."""
    torch.manual_seed(0)
    names = dict(enumerate(LABELS))
    encoder = roberta(options.vocabulary, options.layers, options.hidden_size)
    config = NuNerConfig(text_config=encoder, id2label=names, label2id={name: i for i, name in names.items()})
    save_recognizer(NuNerForTokenClassification(config), synthetic_tokenizer(options.vocabulary), folder)


def candidates(folder: Path) -> dict[str, Callable[[list[str]], Any]]:
    """Load what is timed, the one that all are compared with first."""
    load: Any = pipeline
    found: dict[str, Callable[[list[str]], Any]] = {}
    for dtype in ("bfloat16", "float32"):
        ner = load(
            "ner",
            model=str(folder),
            dtype=getattr(torch, dtype),
            device=device(),
            aggregation_strategy="first",
            batch_size=64,
        )
        found[f"pipeline, {dtype}"] = ner
    for dtype in ("float32", "bfloat16"):
        found[f"EntityRecognizer, {dtype}"] = EntityRecognizer.from_pretrained(folder, dtype=dtype)
    return found


def main() -> None:
    """Print a line a candidate and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--vocabulary", type=int, default=50_265)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--hidden-size", type=int, default=768)
    parser.add_argument("--peak-size", type=int, default=8192, help="Rows of the product that states the peak.")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    # It makes a plan for each new shape of a batch, which takes longer than the batch.
    torch.backends.cuda.enable_cudnn_sdp(False)
    texts = synthetic_corpus(options.sentences, options.vocabulary)["text"][:]
    best = peak(options.peak_size)
    lengths = torch.tensor([len(text.split()) + 2 for text in texts])
    size = options.hidden_size
    operations = options.layers * int((24 * size**2 * lengths + 4 * size * lengths**2).sum()) / len(texts)
    with tempfile.TemporaryDirectory() as folder:
        save_random_recognizer(options, Path(folder))
        runs = candidates(Path(folder))
        seconds: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(options.rounds + 1):
            for name, run in runs.items():
                started = now()
                run(texts)
                seconds[name].append(now() - started)
    speeds = {name: len(texts) / statistics.median(times[1:]) for name, times in seconds.items()}
    results = []
    for name, speed in speeds.items():
        row = {
            "candidate": name,
            "texts_a_second": speed,
            "times_the_pipeline_bf16": speed / speeds["pipeline, bfloat16"],
            "operations_a_text": operations,
            "share_of_the_peak": speed * operations / best,
        }
        results.append(row)
        print(
            f"{name:28s} {speed:8,.0f} texts/s  {row['times_the_pipeline_bf16']:5.2f} x the pipeline in bf16"
            f"  {100 * row['share_of_the_peak']:5.1f}% of the peak",
            flush=True,
        )
    if options.output:
        write(options.output, options, {"peak_tflops": best / 1e12}, results)


if __name__ == "__main__":
    main()
