"""Measure what labels of a language model are worth: recognizers that learnt from them, and from gold labels.

    PYTHONPATH=tests python benchmarks/llm_labels.py ENCODER --data ../shared/data/benchmarks/mit_movie

In place of a language model the server of the tests answers, on loopback: with the gold labels and mistakes in them
(10% of the entities missed, 5% of another type, 5% with another boundary, babble for 2% of the sentences), or with
`--replies` and what a language model did reply. Everything else is as for a user: `nuner annotate --types` into a
store, and the store is the labelled data, alone or with a few gold sentences.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from datasets import Dataset, DatasetDict
from support.flawed_labels import gold_texts, with_mistakes
from support.openai_server_process import OpenAIServerProcess

from nuner.data_builders.labelled.load import load_labelled
from nuner.data_builders.labelled.sources.joining import join_labelled
from nuner.trainers.baselines.llm_prompting.run import run_llm_prompting
from nuner.trainers.evaluation.entity_scores import entity_scores
from nuner.trainers.fine_tuning.run import run_finetuning

GOLD, LLM, BOTH = "gold labels", "LLM labels", "LLM labels, few gold"
KINDS = [GOLD, LLM, BOTH]


def replied(file: Path) -> dict[int, str]:
    """Read the replies of a language model by the row of the training split that they are about."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return {row["line"]: json.dumps({"entities": row["entities"]}) for row in rows}


def label(rows: Dataset, replies: dict[str, str], store: Path) -> float:
    """Fill a store by asking the server about sentences; return the F1 of the labels."""
    with OpenAIServerProcess(replies=replies) as server:
        result = run_llm_prompting(
            rows.select([]), rows, client="tiny-llm", base_url=server.base_url, store=store, max_attempts=2
        )
    names = rows.features["ner_tags"].feature.names
    return entity_scores([[names[tag] for tag in tags] for tags in rows["ner_tags"]], result.tags)["f1"]


def measure(encoder: str, data: DatasetDict, seed: int, arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Fine-tune on each kind of labels for the same sentences."""
    train, test = data["train"], data["test"]
    order = random.Random(seed).sample(range(len(train)), len(train))
    replies = replied(arguments.replies) if arguments.replies else {}
    chosen = sorted(replies) if replies else sorted(order[: arguments.sentences])
    rows = train.select(chosen)
    if replies:
        answers = dict[str, str](
            zip((text.text for text in gold_texts(rows)), [replies[line] for line in chosen], strict=True)
        )
    else:
        answers = with_mistakes(gold_texts(rows), seed).replies()
    store = folder / f"{seed}.sqlite"
    found = {"F1 of the labels": label(rows, answers, store)}
    taken = set(chosen)
    few = DatasetDict({"train": train.select([n for n in order if n not in taken][: arguments.gold]), "test": test})
    kinds = {
        GOLD: [DatasetDict({"test": test}), DatasetDict({"train": rows})],
        LLM: [DatasetDict({"test": test}), load_labelled(store)],
        BOTH: [few, load_labelled(store)],
    }
    for kind in arguments.kinds:
        joined = join_labelled(kinds[kind])
        start = time.perf_counter()
        figures = run_finetuning(
            encoder,
            joined,
            folder / kind,
            data_name=kind,
            preset=arguments.preset,
            seed=seed,
            overwrite=True,
            num_train_epochs=arguments.epochs,
        )
        found[kind] = figures["test"]["eval_f1"]
        print(f"seed {seed}, {kind}: F1 {found[kind]:.4f}, {time.perf_counter() - start:.0f} s", flush=True)
    return found


def main() -> None:
    """Measure with some seeds, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("encoder", help="A NuNER checkpoint or any encoder.")
    parser.add_argument("--data", default="support-tickets", help="Labelled data with train and test.")
    parser.add_argument("--sentences", type=int, default=500, help="How many are labelled.")
    parser.add_argument("--gold", type=int, default=32, help="How many gold sentences are few.")
    parser.add_argument("--test", type=int, help="Measure on so many of the test sentences, drawn with seed 0.")
    parser.add_argument("--preset", default="default", help="Preset of nuner finetune.")
    parser.add_argument("--epochs", type=float, help="Passes over the sentences; what suits their number by default.")
    parser.add_argument("--replies", type=Path, help="JSON Lines of a language model's replies: line, entities.")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--output", type=Path, default=Path("llm_labels.json"))
    arguments = parser.parse_args()
    data = load_labelled(arguments.data).select_columns(["tokens", "ner_tags"])
    if arguments.test is not None:
        data["test"] = data["test"].shuffle(seed=0).select(range(arguments.test))
    with tempfile.TemporaryDirectory() as folder:
        by_seed = {seed: measure(arguments.encoder, data, seed, arguments, Path(folder)) for seed in arguments.seeds}
    means = {kind: statistics.mean(each[kind] for each in by_seed.values()) for kind in by_seed[arguments.seeds[0]]}
    result = {
        "encoder": Path(arguments.encoder).name,
        "data": Path(arguments.data).name,
        "sentences": arguments.sentences,
        "few": arguments.gold,
        "test sentences": len(data["test"]),
        "preset": arguments.preset,
        "epochs": arguments.epochs,
        "replies": arguments.replies and arguments.replies.name,
        "machine": f"{platform.machine()}, {platform.python_version()}",
        "F1": {"mean": means, "by seed": by_seed},
    }
    arguments.output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    for kind, mean in means.items():
        print(f"{kind}: {100 * mean:.1f}")


if __name__ == "__main__":
    main()
