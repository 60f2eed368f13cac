"""How much less work labelling is in the studio: sittings with an annotator who answers from gold labels.

The training texts of each data set, 2,000 of them at most, are a project, and its test texts measure the head. Each
seed shuffles the texts anew. Of each sitting are written, for the most instructive and a random order:

- the share of the gold entities of the test texts that are suggested right, and F1, against labelled texts, those that
  the project sets aside included;
- key presses a text behind the 20th, by keyboard alone, against marking everything by hand.

A picture of F1 is drawn beside the figures.

    python benchmarks/studio_sitting.py ENCODER --data support-tickets mit_movie mit_restaurant --output studio.json
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset

from nuner import load_labelled
from nuner.data_builders.files.pictures import save_picture
from nuner.data_builders.files.whole_files import write_whole
from nuner.data_builders.labelled.label_schemes import read_spans
from nuner.data_builders.labelled.labelled_text import TextEntity
from nuner.data_builders.labelled.placed_words import place_words
from nuner.data_builders.labelled.projects.answers import Label
from nuner.data_builders.labelled.projects.project import Project
from nuner.trainers.active_learning.instant_head import InstantHead, LearntText
from nuner.trainers.active_learning.learner import Learner, Order
from nuner.trainers.active_learning.scoring import entity_counts, f1_of
from nuner.trainers.active_learning.sitting import SittingStep, simulate_sitting
from nuner.trainers.active_learning.text_encoder import EncodedWords, TextEncoder
from nuner.trainers.few_shot.panels import add_legend, draw_line, figure_of_panels

ORDERS: tuple[Order, ...] = ("random", "instructive")
# Texts that are labelled, and after how many of them F1 is measured each time.
LABELLED, EVERY = 100, 5
# Keys are counted behind so many texts.
KEYS_AFTER = 20


class RememberingEncoder(TextEncoder):
    """An encoder that encodes each text once, whatever the number of sittings."""

    def __init__(self, encoder: str) -> None:
        super().__init__(encoder)
        self._known: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}

    def __call__(self, texts: Sequence[str]) -> EncodedWords:
        """Encode texts, see `TextEncoder`."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            words = super().__call__(new)
            for place, text in enumerate(new):
                of_text = words.text == place
                self._known[text] = (words.vectors[of_text], words.start[of_text], words.end[of_text])
        found = [self._known[text] for text in texts]
        vectors, start, end = (np.concatenate([words[part] for words in found]) for part in range(3))
        return EncodedWords(vectors, np.repeat(np.arange(len(texts)), [len(words[1]) for words in found]), start, end)


def gold_labels(dataset: Dataset) -> dict[str, list[TextEntity]]:
    """Return the entities of each text, in characters."""
    names = dataset.features["ner_tags"].feature.names
    gold: dict[str, list[TextEntity]] = {}
    texts = dataset["text"][:] if "text" in dataset.column_names else [None] * len(dataset)
    for tokens, tags, text in zip(dataset["tokens"], dataset["ner_tags"], texts, strict=True):
        placed = place_words(tokens, text)
        spans = read_spans([names[tag] for tag in tags])
        entities = [TextEntity(placed.starts[span.start], placed.ends[span.end - 1], span.label) for span in spans]
        gold.setdefault(placed.text, entities)
    return gold


def learnt_texts(encoder: TextEncoder, gold: dict[str, list[TextEntity]], types: dict[str, int]) -> list[LearntText]:
    """Return labelled texts to measure a head on; a label of a type that is not in the project is missed."""
    texts = []
    for text, entities in gold.items():
        labels = tuple(Label(each.start, each.end, types[each.label]) for each in entities if each.label in types)
        words = encoder([text])
        texts.append(LearntText.of(labels, words.vectors, words.start, words.end))
    return [text for text in texts if len(text.types)]


def measure(head: InstantHead | None, texts: list[LearntText]) -> dict[str, float]:
    """Return the F1 of a head, and the share of the entities that it suggests right."""
    if head is None:
        return {"f1": 0.0, "suggested_right": 0.0}
    counts = entity_counts(head, texts).sum((0, 1))
    return {"f1": float(f1_of(counts)), "suggested_right": float(counts[0] / counts[2])}


def sitting(
    encoder: TextEncoder,
    train: dict[str, list[TextEntity]],
    test: dict[str, list[TextEntity]],
    order: Order,
    texts: int,
    seed: int,
) -> dict[str, Any]:
    """Let the annotator label, and measure on the way."""
    types = sorted({each.label for entities in train.values() for each in entities})
    shuffled = np.random.default_rng(seed).permutation(np.array([*train], dtype=object)).tolist()
    with tempfile.TemporaryDirectory() as folder, Project(Path(folder, "sitting.studio")) as project:
        project.add_texts((text, None) for text in shuffled[:texts])
        annotator = project.annotator("gold")
        numbers = {name: project.types.add(annotator, name).number for name in types}
        learner = Learner(project, encoder, Path(folder, "vectors"))
        learner.start(lambda made, total: None)
        learner.join()
        learner.refit()
        measured = learnt_texts(encoder, test, numbers)
        curve, steps = {0: measure(learner.head, measured)}, list[SittingStep]()
        for step in simulate_sitting(learner, train, order, LABELLED):
            steps.append(step)
            if len(steps) % EVERY == 0:
                curve[len(steps)] = measure(learner.head, measured)
        learner.close()
    behind = steps[KEYS_AFTER:]
    return {
        "order": order,
        "seed": seed,
        "curve": curve,
        "key_presses": float(np.mean([step.key_presses for step in behind])),
        "by_hand": float(np.mean([step.by_hand for step in behind])),
    }


def summary(sittings: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the means over the seeds, and with how many texts one order reaches what the other one has."""
    found: dict[str, Any] = {}
    for order in ORDERS:
        of_order = [each for each in sittings if each["order"] == order]
        found[order] = {
            figure: {
                labelled: float(np.mean([each["curve"][labelled][figure] for each in of_order]))
                for labelled in of_order[0]["curve"]
            }
            for figure in ("f1", "suggested_right")
        }
        for figure in ("key_presses", "by_hand"):
            found[order][figure] = float(np.mean([each[figure] for each in of_order]))
        found[order]["key_presses_of_by_hand"] = found[order]["key_presses"] / found[order]["by_hand"]
    goal = found["random"]["f1"][LABELLED]
    reached = [labelled for labelled, value in found["instructive"]["f1"].items() if value >= goal]
    return {"texts_to_reach_random_at_100": min(reached, default=None), **found}


def draw(figures: dict[str, Any], path: Path) -> None:
    """Draw F1 against labelled texts, a panel for each data set, with a band of one standard deviation."""
    figure, panels = figure_of_panels([*figures])
    for panel, found in zip(panels, figures.values(), strict=True):
        for order in ORDERS:
            curves = [each["curve"] for each in found["sittings"] if each["order"] == order]
            f1 = 100 * np.array([[at["f1"] for at in curve.values()] for curve in curves])
            draw_line(panel, [*curves[0]], f1.mean(0).tolist(), f1.std(0).tolist())
        panel.axhline(100 * found["random"]["f1"][LABELLED], color="0.5", linewidth=0.8, linestyle=":")
    figure.supxlabel("labelled texts, those that are set aside included", fontsize=9)
    figure.supylabel("entity F1 on test texts, %", fontsize=9)
    add_legend(figure, panels[0].get_lines()[: len(ORDERS)], ORDERS)
    save_picture(figure, path)


def main() -> None:
    """Measure all data sets and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("encoder")
    parser.add_argument("--data", nargs="+", required=True, help="what load_labelled takes, with train and test")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--texts", type=int, default=2000, help="most texts of a project")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    encoder = RememberingEncoder(arguments.encoder)
    figures: dict[str, Any] = {}
    measured_on = {
        "encoder": Path(arguments.encoder).name,
        "seeds": arguments.seeds,
        "machine": f"{platform.machine()}, {platform.system()}, {torch.get_num_threads()} thread(s)",
    }
    for source in arguments.data:
        began, splits = time.perf_counter(), load_labelled(source)
        train, test = (gold_labels(splits[split]) for split in ("train", "test"))
        train = {text: entities for text, entities in train.items() if text not in test}
        sittings = [
            sitting(encoder, train, test, order, arguments.texts, seed)
            for seed in range(arguments.seeds)
            for order in ORDERS
        ]
        figures[Path(source).name] = {
            "train_texts": min(arguments.texts, len(train)),
            "test_texts": len(test),
            **summary(sittings),
            "sittings": sittings,
        }
        write_whole(arguments.output, json.dumps({"measured_on": measured_on, "results": figures}, indent=1) + "\n")
        draw(figures, arguments.output.with_suffix(".png"))
        reached = figures[Path(source).name]["texts_to_reach_random_at_100"]
        print(f"{source}: {reached} texts, {time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
