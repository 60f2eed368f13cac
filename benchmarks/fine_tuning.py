"""Entity F1 of encoders that are fine-tuned with the same arguments on the same k-shot samples.

To choose arguments, measure on sentences held out of the *train* split, with samples from the rest of it; the test
split is for the comparison at the end:

    python benchmarks/fine_tuning.py NuNER=ENCODER --data mit_restaurant --k 16 --seeds 3 --held-out 1000 \
        --set learning_rate=3e-4
    python benchmarks/fine_tuning.py MiniLM=MODEL NuNER=ENCODER --data mit_restaurant --k 16 --seeds 10 --json out.json
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset

from nuner import finetune, load_labelled
from nuner.cli.output import quiet_libraries
from nuner.data_builders.labelled.samples.k_shot import annotation_counts, sample_k_shot
from nuner.hub_cards.facts.hardware import describe_machine

SHOWN = ("f1", "strict_f1", "macro_f1", "token_macro_f1")

_HELD_OUT_SEED = "held out"


def main() -> None:
    """Fine-tune every encoder on every sample and print a table."""
    parser = argparse.ArgumentParser(description="Fine-tune encoders on the same k-shot samples.")
    parser.add_argument("encoders", nargs="+", help="NAME=FOLDER or NAME=HUB-ID")
    parser.add_argument("--data", action="append", required=True, help="labelled data set; repeat for more")
    parser.add_argument("--k", action="append", type=int, required=True, help="examples a type; repeat for more")
    parser.add_argument("--seeds", type=int, default=10, help="samples of each k")
    parser.add_argument("--held-out", type=int, default=0, help="measure on so many sentences of the train split")
    parser.add_argument("--preset", default="default")
    parser.add_argument("--set", action="append", default=[], help="NAME=VALUE, an argument of FineTuningArguments")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    quiet_libraries()
    encoders = dict(encoder.split("=", 1) for encoder in options.encoders)
    arguments = {name: _value(value) for name, value in (pair.split("=", 1) for pair in options.set)}
    figures: dict[str, Any] = {
        "options": {name: str(value) for name, value in vars(options).items()},
        "machine": describe_machine(),
        "runs": [],
    }
    print(f"{options.preset} {arguments}: mean and standard deviation over {options.seeds} samples")
    for data in options.data:
        pool, measured = _train_and_measured(data, options.held_out)
        counts = annotation_counts(pool)
        for k in options.k:
            samples = [pool.select(sample_k_shot(counts, k, seed)) for seed in range(options.seeds)]
            for name, encoder in encoders.items():
                runs = [
                    {"data": data, "k": k, "encoder": name, "seed": seed}
                    | _run(encoder, sample, measured, seed, options.preset, arguments)
                    for seed, sample in enumerate(samples)
                ]
                figures["runs"] += runs
                print(_line(f"{Path(data).name} k={k} {name}", runs), flush=True)
                if options.json:
                    options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _train_and_measured(data: str, held_out: int) -> tuple[Dataset, Dataset]:
    if not held_out:
        splits = load_labelled(data)
        return splits["train"], splits["test"]
    train = load_labelled(data, "train")
    order = list(range(len(train)))
    random.Random(_HELD_OUT_SEED).shuffle(order)
    return train.select(order[held_out:]), train.select(order[:held_out])


def _run(
    encoder: str, sample: Dataset, measured: Dataset, seed: int, preset: str, arguments: dict[str, Any]
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        trainer = finetune(encoder, sample, folder, preset=preset, seed=seed, **arguments)
        seconds = time.monotonic() - started
        scores = trainer.evaluate(measured)
    return {
        "sentences": len(sample),
        "steps": trainer.state.global_step,
        "seconds": round(seconds, 1),
        **{name: scores[f"eval_{name}"] for name in SHOWN},
    }


def _line(title: str, runs: Sequence[dict[str, Any]]) -> str:
    parts = [f"{title:32}"]
    for name in SHOWN:
        values = [100 * run[name] for run in runs]
        deviation = statistics.stdev(values) if len(values) > 1 else 0.0
        parts.append(f"{name} {statistics.mean(values):.1f} ±{deviation:.1f}")
    means = (f"{statistics.mean(run[name] for run in runs):.0f} {name}" for name in ("sentences", "steps", "seconds"))
    return "  ".join([*parts, *means])


def _value(text: str) -> Any:
    """A number or truth value where the text is one."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


if __name__ == "__main__":
    main()
