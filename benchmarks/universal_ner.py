"""UniversalNER, as it is and fine-tuned, beside NuNER on the same k-shot sample: entity F1, and seconds a sentence.

To choose arguments, measure on sentences held out of the *train* split:

    python benchmarks/universal_ner.py MODEL --data mit_restaurant --held-out 50 --set learning_rate=1e-3
    python benchmarks/universal_ner.py MODEL --nuner ENCODER --data mit_restaurant --json out.json

A row whose figures are in the JSON file already is not measured again.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from datasets import Dataset

from nuner import finetune, load_labelled
from nuner.cli.output import quiet_libraries
from nuner.data_builders.labelled.samples.k_shot import annotation_counts, sample_k_shot
from nuner.hub_cards.facts.hardware import describe_machine
from nuner.trainers.baselines.rival_result import RivalResult
from nuner.trainers.baselines.universal_ner.run import run_universal_ner
from nuner.trainers.evaluation.entity_scores import entity_scores

ZERO_SHOT, FINE_TUNED, NUNER = "UniversalNER, zero-shot", "UniversalNER, fine-tuned", "NuNER, fine-tuned"


def main() -> None:
    """Measure each system and print a table."""
    parser = argparse.ArgumentParser(description="UniversalNER beside NuNER on the same k-shot sample.")
    parser.add_argument("model", help="causal language model: a folder, a Hub id or a .gguf file")
    parser.add_argument("--nuner", help="encoder of NuNER's row")
    parser.add_argument("--data", required=True, help="labelled data set")
    parser.add_argument("--k", type=int, default=16, help="examples a type")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sentences", type=int, default=100, help="sentences that are measured on")
    parser.add_argument("--held-out", type=int, default=0, help="measure on so many sentences of the train split")
    parser.add_argument("--max-new-tokens", type=int, default=32, help="longest answer")
    parser.add_argument("--set", action="append", default=[], help="NAME=VALUE, an argument of UniversalNerArguments")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    quiet_libraries()
    arguments = {name: json.loads(value) for name, value in (pair.split("=", 1) for pair in options.set)}
    pool, measured = _train_and_measured(options.data, options.sentences, options.held_out)
    sample = pool.select(sample_k_shot(annotation_counts(pool), options.k, options.seed))
    figures: dict[str, Any] = {"rows": {}}
    if options.json and options.json.is_file():
        figures = json.loads(options.json.read_text(encoding="utf-8"))
    figures |= {
        "options": {name: str(value) for name, value in vars(options).items()},
        "machine": describe_machine(),
        "train_sentences": len(sample),
        "measured_sentences": len(measured),
    }

    def universal_ner(**given: Any) -> RivalResult:
        return run_universal_ner(
            sample,
            measured,
            model=options.model,
            seed=options.seed,
            max_new_tokens=options.max_new_tokens,
            **given,
        )

    systems = {ZERO_SHOT: lambda: universal_ner(num_train_epochs=0), FINE_TUNED: lambda: universal_ner(**arguments)}
    if options.nuner:
        systems[NUNER] = lambda: _nuner(options.nuner, sample, measured, options.seed)
    gold = _tags(measured)
    for name, run in systems.items():
        if name not in figures["rows"]:
            result = run()
            figures["rows"][name] = {
                "f1": entity_scores(gold, result.tags)["f1"],
                "seconds_to_learn": result.seconds_to_learn,
                "seconds_a_sentence": result.seconds_to_find / len(measured),
                "parameters": result.parameters,
                **result.details,
            }
            if options.json:
                options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        row = figures["rows"][name]
        print(
            f"{name}: F1 {100 * row['f1']:.1f}, {row['seconds_to_learn']:.0f} s to learn, "
            f"{row['seconds_a_sentence']:.3f} s a sentence, {row['parameters'] / 1e6:.0f} M parameters",
            flush=True,
        )


def _train_and_measured(data: str, sentences: int, held_out: int) -> tuple[Dataset, Dataset]:
    """Return what samples are drawn from, and what is measured on: the first sentences of a fixed order."""
    train = load_labelled(data, "train")
    measured = train if held_out else load_labelled(data, "test")
    order = list(range(len(measured)))
    random.Random("measured").shuffle(order)
    if held_out:
        return train.select(order[held_out:]), train.select(order[:held_out])
    return train, measured.select(order[:sentences])


def _nuner(encoder: str, sample: Dataset, measured: Dataset, seed: int) -> RivalResult:
    """Fine-tune a recognizer by the defaults and tag the sentences with it."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        trainer = finetune(encoder, sample, folder, seed=seed)
        learnt = time.monotonic()
        scores = trainer.evaluate(measured)
    found = time.monotonic()
    model: Any = trainer.model
    # What it scored is in the trainer; tags of its own are not needed.
    result = RivalResult(_tags(measured), learnt - started, found - learnt, parameters=model.num_parameters())
    return replace(result, details={"f1": scores["eval_f1"]})


def _tags(data: Dataset) -> list[list[str]]:
    names = data.features["ner_tags"].feature.names
    return [[names[tag] for tag in tags] for tags in data["ner_tags"]]


if __name__ == "__main__":
    main()
