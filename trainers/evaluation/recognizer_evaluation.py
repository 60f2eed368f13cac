"""How good a recognizer is on labelled sentences, and what it gets wrong."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from datasets import Dataset

from nuner.data_builders.files.whole_files import write_whole
from nuner.data_builders.labelled.label_schemes import EntitySpan, read_spans, write_iob2
from nuner.data_builders.labelled.load import entity_types
from nuner.data_builders.labelled.placed_words import PlacedWords, place_sentences
from nuner.data_builders.labelled.tag_spelling import OUTSIDE
from nuner.modeling_nuner.recognition.recognizer import EntityRecognizer

from ..progress import counted
from .entity_errors import CORRECT, ERROR_KINDS, EntityComparison, compare_entities
from .entity_scores import entity_scores, type_scores
from .predicted_words import predicted_words


class EvaluatedSentence(NamedTuple):
    """A sentence with its gold and its predicted entities.

    Args:
        words: Its words in its text.
        gold: The gold entities.
        predicted: The predicted ones.
        scores: Scores of these.
        pairs: Both, beside each other.
    """

    words: PlacedWords
    gold: list[EntitySpan]
    predicted: list[EntitySpan]
    scores: list[float]
    pairs: list[EntityComparison]


@dataclass(frozen=True)
class RecognizerEvaluation:
    """The result of `evaluate_recognizer`.

    Args:
        measured_on: Recognizer, data set, split, number of sentences.
        scores: What `entity_scores` returns.
        types: What `type_scores` returns.
        sentences: All sentences.
        unknown_types: Types of the data set that the recognizer does not know: all their entities are missed.
        unlabelled_types: Types of the recognizer that the data set does not have: all that is found is spurious.
        dropped: Predicted entities that share a word with one of another type and a higher score, as nested ones do.
        seconds: How long recognition took.
    """

    measured_on: dict[str, Any]
    scores: dict[str, float]
    types: dict[str, dict[str, float]]
    sentences: list[EvaluatedSentence]
    unknown_types: list[str]
    unlabelled_types: list[str]
    dropped: int
    seconds: float

    def errors(self) -> dict[str, dict[str, int]]:
        """Count how often each kind of error occurs, and how many entities are correct, for each type.

        Returns:
            Type -> `correct` and each of `ERROR_KINDS` -> number. A spurious entity counts for its own type, any
            other error for the type of the gold entity.
        """
        counts = Counter((pair.type, pair.kind) for sentence in self.sentences for pair in sentence.pairs)
        names = sorted({name for name, _ in counts})
        return {name: {kind: counts[name, kind] for kind in (CORRECT, *ERROR_KINDS)} for name in names}

    def confusions(self) -> list[tuple[str, str, int]]:
        """Count which type was taken for which; the most frequent first."""
        counts = Counter(
            (pair.gold.label, pair.predicted.label)
            for sentence in self.sentences
            for pair in sentence.pairs
            if pair.gold and pair.predicted and pair.gold.label != pair.predicted.label
        )
        return [(*types, count) for types, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain values, for JSON; without the sentences."""
        return {
            "measured_on": self.measured_on,
            "scores": self.scores,
            "types": self.types,
            "errors": self.errors(),
            "confusions": [
                {"gold": gold, "predicted": predicted, "count": count} for gold, predicted, count in self.confusions()
            ],
            "unknown_types": self.unknown_types,
            "unlabelled_types": self.unlabelled_types,
            "dropped_overlapping": self.dropped,
            "seconds": self.seconds,
        }

    def to_json(self, path: str | os.PathLike[str]) -> None:
        """Write the figures to a JSON file.

        Args:
            path: The file.
        """
        write_whole(path, json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n")


def evaluate_recognizer(
    recognizer: EntityRecognizer | str | os.PathLike[str],
    dataset: Dataset,
    *,
    measured_on: dict[str, Any] | None = None,
    show_progress: bool = False,
) -> RecognizerEvaluation:
    """Measure a recognizer on labelled sentences.

    It reads the texts that the words were taken from, as its users' texts; where these are not known, the words
    joined by spaces (in Chinese, Japanese, Thai and the like: by nothing).

    Args:
        recognizer: The recognizer, or the folder or Hub id of one.
        dataset: Rows with `tokens`, `ner_tags` (IOB2) and perhaps `text`, as `load_labelled` gives them.
        measured_on: What to say in the results about recognizer and data set.
        show_progress: Whether to show how many sentences are done.

    Returns:
        The scores, the errors and the sentences.

    Raises:
        ValueError: If the data set has no sentence or no entity, or none of its types is known to the recognizer.

    Example:
        ```python
        >>> from nuner import evaluate_recognizer, load_labelled, write_evaluation_page
        >>> test = load_labelled("support-tickets", "test")
        >>> evaluation = evaluate_recognizer("recognizer", test)  # needs a recognizer  # doctest: +SKIP
        >>> evaluation.scores["f1"], evaluation.errors()["product"]["missed"]  # needs a recognizer  # doctest: +SKIP
        >>> write_evaluation_page(evaluation, "evaluation.html")  # needs a recognizer  # doctest: +SKIP

        ```
    """
    about: dict[str, Any] = {}
    if not isinstance(recognizer, EntityRecognizer):
        about["recognizer"] = os.fspath(recognizer)
        recognizer = EntityRecognizer.from_pretrained(recognizer)
    known, in_data = recognizer.types, entity_types(dataset)
    if not set(known) & set(in_data):
        raise ValueError(
            f"the recognizer and the data set have no type in common: it finds {', '.join(known)}, and the data set "
            f"has {', '.join(in_data) or 'none'}"
        )
    names: list[str] = dataset.features["ner_tags"].feature.names
    tokens: Sequence[list[str]] = dataset["tokens"][:]
    gold_tags = [[names[tag] for tag in tags] for tags in dataset["ner_tags"]]
    if all(tag == OUTSIDE for tags in gold_tags for tag in tags):
        raise ValueError("no word of the data set is labelled, so there is nothing to measure")
    texts: Sequence[str | None] = dataset["text"][:] if "text" in dataset.column_names else [None] * len(tokens)
    placed = place_sentences(tokens, texts)
    began = time.perf_counter()
    found = []
    with counted("Recognizing", len(placed), "sentences", show=show_progress) as advance:
        for entities in recognizer(sentence.text for sentence in placed):
            found.append(entities)
            advance(1)
    seconds = time.perf_counter() - began
    sentences, predicted_tags, dropped = [], [], 0
    for in_text, tags, entities in zip(placed, gold_tags, found, strict=True):
        gold, predicted = read_spans(tags), predicted_words(in_text, entities)
        dropped += predicted.dropped
        predicted_tags.append(write_iob2(predicted.spans, len(in_text.starts)))
        pairs = compare_entities(gold, predicted.spans)
        sentences.append(EvaluatedSentence(in_text, gold, predicted.spans, predicted.scores, pairs))
    return RecognizerEvaluation(
        measured_on={**about, **(measured_on or {}), "sentences": len(sentences)},
        scores=entity_scores(gold_tags, predicted_tags),
        types=type_scores(gold_tags, predicted_tags),
        sentences=sentences,
        unknown_types=[name for name in in_data if name not in known],
        unlabelled_types=[name for name in known if name not in in_data],
        dropped=dropped,
        seconds=seconds,
    )
