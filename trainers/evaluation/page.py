"""A page about what a recognizer gets right and wrong."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from nuner.data_builders.files.whole_files import write_whole
from nuner.data_builders.labelled.label_schemes import EntitySpan
from nuner.data_builders.labelled.placed_words import PlacedWords
from nuner.data_builders.pages.highlighting import Highlight, Piece, colors_of, split_at_highlights
from nuner.data_builders.pages.html_page import render_page

from .entity_errors import CORRECT, ERROR_KINDS, EntityComparison
from .recognizer_evaluation import EvaluatedSentence, RecognizerEvaluation

_ERRORS_A_TYPE = 25
_PREDICTIONS = 25


@dataclass(frozen=True)
class _ShownError:
    """A sentence with an error.

    Args:
        gold: The sentence with its gold entities.
        predicted: The sentence with its predicted entities.
        kinds: What is wrong, each with the words that it is about.
    """

    gold: list[Piece]
    predicted: list[Piece]
    kinds: list[str]


def write_evaluation_page(evaluation: RecognizerEvaluation, path: str | os.PathLike[str]) -> None:
    """Write a page with the figures, the errors in their sentences and some predictions.

    Args:
        evaluation: What `evaluate_recognizer` returned.
        path: The HTML file; it needs no other, and texts in it are escaped.

    Example:
        ```python
        >>> from nuner import evaluate_recognizer, load_labelled, write_evaluation_page
        >>> test = load_labelled("support-tickets", "test")
        >>> evaluation = evaluate_recognizer("recognizer", test)  # needs a recognizer  # doctest: +SKIP
        >>> write_evaluation_page(evaluation, "evaluation.html")  # needs a recognizer  # doctest: +SKIP

        ```
    """
    write_whole(path, _page(evaluation), errors="xmlcharrefreplace")


def _page(evaluation: RecognizerEvaluation) -> str:
    counts = evaluation.errors()
    colors = colors_of([*evaluation.types, *counts])
    return render_page(
        "nuner.trainers.evaluation",
        "evaluation.html.jinja",
        measured_on=evaluation.measured_on,
        scores=evaluation.scores,
        types=evaluation.types,
        unknown_types=evaluation.unknown_types,
        unlabelled_types=evaluation.unlabelled_types,
        dropped=evaluation.dropped,
        kinds=ERROR_KINDS,
        counts=counts,
        confusions=evaluation.confusions()[:10],
        examples={
            name: [
                _shown_error(sentence, name, colors) for sentence in islice(_wrong(evaluation, name), _ERRORS_A_TYPE)
            ]
            for name in sorted(counts, key=lambda name: -_number(counts[name]))
            if _number(counts[name])
        },
        wrong_sentences={name: sum(1 for _ in _wrong(evaluation, name)) for name in counts},
        predictions=[
            _pieces(sentence.words, sentence.predicted, colors, sentence.scores)
            for sentence in evaluation.sentences[:_PREDICTIONS]
        ],
    )


def _number(counts: dict[str, int]) -> int:
    return sum(counts[kind] for kind in ERROR_KINDS)


def _wrong(evaluation: RecognizerEvaluation, name: str) -> Iterable[EvaluatedSentence]:
    """Sentences with an error of a type."""
    return (
        sentence
        for sentence in evaluation.sentences
        if any(pair.type == name and pair.kind != CORRECT for pair in sentence.pairs)
    )


def _shown_error(sentence: EvaluatedSentence, name: str, colors: dict[str, str]) -> _ShownError:
    return _ShownError(
        _pieces(sentence.words, sentence.gold, colors),
        _pieces(sentence.words, sentence.predicted, colors, sentence.scores),
        [_in_words(sentence.words, pair) for pair in sentence.pairs if pair.type == name and pair.kind != CORRECT],
    )


def _in_words(words: PlacedWords, pair: EntityComparison) -> str:
    gold, predicted = (
        f"\u201c{words.text[words.starts[span.start] : words.ends[span.end - 1]]}\u201d" if span else ""
        for span in (pair.gold, pair.predicted)
    )
    said = f"{pair.kind}: {gold or predicted}"
    if not pair.gold or not pair.predicted:
        return said
    taken_for = predicted if "boundary" in pair.kind else ""
    if "type" in pair.kind:
        taken_for = f"{taken_for} {pair.predicted.label}".strip()
    return f"{said} \u2192 {taken_for}"


def _pieces(
    words: PlacedWords, spans: Sequence[EntitySpan], colors: dict[str, str], scores: Sequence[float] | None = None
) -> list[Piece]:
    """The text as it was read, cut at entities."""
    highlights = [
        Highlight(
            words.starts[span.start],
            words.ends[span.end - 1],
            span.label,
            colors[span.label],
            None if scores is None else scores[i],
        )
        for i, span in enumerate(spans)
    ]
    return split_at_highlights(words.text, highlights)
