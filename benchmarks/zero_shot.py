"""Entity F1 without any labelled example: a bi-encoder against cosine similarities of its base encoder.

Both get the same treatment: scale, bias and threshold are fitted on the validation sentences of the pre-training
corpus, the entity types are the names in the data set, words are decoded alike. Nothing is chosen on the test sets.

    python benchmarks/zero_shot.py --model nuner-quickstart/pretraining --base MODEL \
        --data mit_movie --data mit_restaurant --data bionlp2004 --json zero_shot.json
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from torch import Tensor
from transformers import AutoTokenizer

from nuner import NuNerCorpus, NuNerForPreTraining, ZeroShotRecognizer, calibrate, load_labelled
from nuner.data_builders.labelled.label_schemes import EntitySpan, write_iob2
from nuner.data_builders.labelled.load import entity_types
from nuner.modeling_nuner.input_length import fitting_length
from nuner.trainers.evaluation.entity_scores import entity_scores
from nuner.trainers.few_shot.task import TEST_SHUFFLE_SEED
from nuner.trainers.pretraining.concept_table import ConceptTable
from nuner.trainers.pretraining.features import featurize_corpus


class CosineBiEncoder(NuNerForPreTraining):
    """The baseline: cosine of the vectors of a token and of a type's name, both from one unchanged encoder."""

    def score(self, token_embeddings: Tensor, concept_embeddings: Tensor) -> Tensor:
        """Cosine similarities, `(..., concepts)`; ten times as large, the range in which the fit begins."""
        normalize = torch.nn.functional.normalize
        return 10 * normalize(token_embeddings, dim=-1) @ normalize(concept_embeddings, dim=-1).T


def main() -> None:
    """Calibrate and test both models, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", required=True, help="folder of the bi-encoder")
    parser.add_argument("--base", required=True, help="the encoder that it was made from")
    parser.add_argument("--data", action="append", required=True, help="labelled data set with a split test")
    parser.add_argument("--train", help="JSON Lines that the model was trained on, in place of the bundled corpus")
    parser.add_argument("--validation", help="JSON Lines to calibrate on, in place of the bundled corpus")
    parser.add_argument("--split", default="test", help="split to measure on (default: test)")
    parser.add_argument("--max-sentences", type=int, default=1000)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    arguments = parser.parse_args()
    train, validation = _corpus(arguments.train, "train"), _corpus(arguments.validation, "validation")
    trained = frozenset(entity["concept"] for entities in train["entities"] for entity in entities)
    models = {
        "cosine of the base encoder": (
            CosineBiEncoder.from_encoders(arguments.base, concept_pooling="mean"),
            arguments.base,
        ),
        "NuNER bi-encoder": (NuNerForPreTraining.from_pretrained(arguments.model), arguments.model),
    }
    figures: dict[str, Any] = {
        "arguments": {name: str(value) for name, value in vars(arguments).items()},
        "machine": {"processor": platform.processor() or platform.machine(), "threads": torch.get_num_threads()},
        "calibration": {},
        "scores": {},
    }
    recognizers = {}
    for name, (model, tokenizer_of) in models.items():
        tokenizer = AutoTokenizer.from_pretrained(tokenizer_of)
        concepts = ConceptTable.from_names((e["concept"] for row in validation["entities"] for e in row), tokenizer)
        features = featurize_corpus(validation, tokenizer, concepts, fitting_length(arguments.base))
        started = time.perf_counter()
        fit = calibrate(
            model, features, concepts, trained_concepts=trained, pad_token_id=int(tokenizer.pad_token_id or 0)
        )
        figures["calibration"][name] = {**fit.to_dict(), "seconds": round(time.perf_counter() - started, 1)}
        recognizers[name] = ZeroShotRecognizer(model, tokenizer, ["entity"])
    for source in arguments.data:
        rows = load_labelled(source, arguments.split)
        chosen = list(range(len(rows)))
        random.Random(TEST_SHUFFLE_SEED).shuffle(chosen)
        rows = rows.select(chosen[: arguments.max_sentences])
        figures["scores"][Path(source).name] = {
            name: {**_measure(recognizer, rows), "sentences": len(rows)} for name, recognizer in recognizers.items()
        }
    _print_table(figures)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _corpus(path: str | None, split: str) -> Dataset:
    if path is not None:
        return Dataset.from_json(path)  # pyright: ignore[reportReturnType]
    builder = NuNerCorpus("bundled")
    builder.download_and_prepare()
    return builder.as_dataset(split)  # pyright: ignore[reportReturnType]


def _measure(recognizer: ZeroShotRecognizer, rows: Dataset) -> dict[str, float]:
    names = rows.features["ner_tags"].feature.names
    gold = [[names[tag] for tag in tags] for tags in rows["ner_tags"]]
    started = time.perf_counter()
    found = recognizer.with_labels(entity_types(rows))([" ".join(tokens) for tokens in rows["tokens"]])
    seconds = time.perf_counter() - started
    predicted = [_tags(tokens, entities) for tokens, entities in zip(rows["tokens"], found, strict=True)]
    return {**entity_scores(gold, predicted), "seconds": round(seconds, 1)}


def _tags(tokens: Sequence[str], entities: Sequence[Any]) -> list[str]:
    """Tags of the words of a data set, which a recognizer may split further: an entity has all words it touches."""
    spans, start, places = [], 0, []
    for token in tokens:
        places.append((start, start + len(token)))
        start += len(token) + 1
    free = 0
    for entity in entities:
        touched = [
            i for i, (begin, end) in enumerate(places) if i >= free and begin < entity["end"] and end > entity["start"]
        ]
        if touched:
            free = touched[-1] + 1
            spans.append(EntitySpan(touched[0], free, entity["label"]))
    return write_iob2(spans, len(tokens))


def _print_table(figures: dict[str, Any]) -> None:
    print("| data | scores | precision | recall | entity F1 | token macro F1 |")
    print("|---|---|---|---|---|---|")
    for data, models in figures["scores"].items():
        for name, scores in models.items():
            columns = " | ".join(f"{100 * scores[key]:.1f}" for key in ("precision", "recall", "f1", "token_macro_f1"))
            print(f"| {data} | {name} | {columns} |")
    for name, fit in figures["calibration"].items():
        print(f"{name}: {fit}")


if __name__ == "__main__":
    main()
