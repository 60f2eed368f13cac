"""F1 of named entity recognition, over tokens and over entities, as an `evaluate` metric.

It stands alone, so that it can be a Space of its own: nothing here needs the package `nuner`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import fmean
from typing import Any

# evaluate reads these lines to know what to install; it takes one module a line.
import datasets
import evaluate
from seqeval.metrics import classification_report
from seqeval.scheme import IOB2

_DESCRIPTION = """\
F1 of named entity recognition in three readings: whole entities as seqeval reads them by default (an I- that follows
no entity of its type begins one), whole entities in strict IOB2, and single tokens without B-, I- and O, averaged over
the types that occur in the references.
"""

_INPUTS = """\
Args:
    predictions: Tags of each sentence: IOB2, BIOES, BILOU or BMES, or plain types, of which neighbors are one entity.
    references: The true ones, as many in each sentence; they need not be in the same scheme.

Returns:
    precision, recall, f1: over all entities, right in type and both ends.
    macro_f1: mean of the types' F1.
    strict_precision, strict_recall, strict_f1, strict_macro_f1: the same in strict IOB2.
    token_macro_f1: mean of the types' F1 over tokens.

Examples:
    >>> import evaluate
    >>> metric = evaluate.load("ner_f1")
    >>> scores = metric.compute(predictions=[["B-city", "O", "O"]], references=[["B-city", "I-city", "O"]])
    >>> scores["f1"], round(scores["token_macro_f1"], 2)
    (0.0, 0.67)
"""

_CITATION = """\
@misc{bogdanov2024nuner,
  title = {NuNER: Entity Recognition Encoder Pre-training via LLM-Annotated Data},
  author = {Bogdanov, Sergei and Constantin, Alexandre and Bernard, Timothée and Crabbé, Benoit and Bernard, Etienne},
  year = {2024},
  eprint = {2402.15343},
  archivePrefix = {arXiv},
}
@misc{seqeval,
  title = {seqeval: A Python framework for sequence labeling evaluation},
  author = {Nakayama, Hiroki},
  year = {2018},
  url = {https://github.com/chakki-works/seqeval},
}
"""

# The first word of an entity, and those behind it, in BIOES, BILOU and BMES.
_IOB2_PREFIX = {"B": "B", "S": "B", "U": "B", "I": "I", "E": "I", "L": "I", "M": "I"}
_PREFIXED = re.compile(f"[{''.join(_IOB2_PREFIX)}]-.+", re.DOTALL)

Tags = Sequence[Sequence[str]]


class NerF1(evaluate.Metric):
    """F1 of named entity recognition, over tokens and over entities."""

    def _info(self) -> evaluate.MetricInfo:
        tags = datasets.Sequence(datasets.Value("string"))
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_INPUTS,
            features=datasets.Features({"predictions": tags, "references": tags}),
            codebase_urls=["https://github.com/chakki-works/seqeval"],
            reference_urls=["https://arxiv.org/abs/2402.15343"],
        )

    def _compute(self, predictions: Tags, references: Tags) -> dict[str, float]:  # pyright: ignore[reportIncompatibleMethodOverride]
        for i, (predicted, gold) in enumerate(zip(predictions, references, strict=True)):
            if len(predicted) != len(gold):
                raise ValueError(f"sentence {i} has {len(gold)} reference tags and {len(predicted)} predicted ones.")
        predictions, references = both_in_iob2(predictions, references)
        token_f1 = token_macro_f1(predictions, references)
        return {
            **entity_scores(predictions, references),
            **{f"strict_{name}": score for name, score in entity_scores(predictions, references, strict=True).items()},
            "token_macro_f1": token_f1,
        }


def both_in_iob2(predictions: Tags, references: Tags) -> tuple[Tags, Tags]:
    """Bring tags to IOB2.

    As soon as one tag is neither `O` nor begins with `B-`, `I-` or the like, all are plain types. Predictions and
    references are told apart, unless all tags of the one occur in the other, too.

    Args:
        predictions: Tags of each sentence.
        references: The true ones.

    Returns:
        The same in IOB2; an `I-` that follows no entity of its type stays.
    """
    predicted, gold = ({tag for tags in sentences for tag in tags} - {"O"} for sentences in (predictions, references))
    if predicted <= gold or gold <= predicted:
        predicted = gold = predicted | gold
    return _in_iob2(predictions, predicted), _in_iob2(references, gold)


def _in_iob2(sentences: Tags, names: Iterable[str]) -> Tags:
    if all(_PREFIXED.fullmatch(tag) for tag in names):
        return [[tag if tag == "O" else _IOB2_PREFIX[tag[0]] + tag[1:] for tag in tags] for tags in sentences]
    return [
        [tag if tag == "O" else f"{'I' if tag == last else 'B'}-{tag}" for last, tag in pairwise(["O", *tags])]
        for tags in sentences
    ]


def entity_scores(predictions: Tags, references: Tags, strict: bool = False) -> dict[str, float]:
    """Compute precision, recall and F1 of whole entities.

    Args:
        predictions: IOB2 tags of each sentence.
        references: The true ones.
        strict: Whether an entity has to begin with its `B-`.

    Returns:
        `precision`, `recall` and `f1` over all entities, and `macro_f1`, the mean over the types.
    """
    options: dict[str, Any] = {"output_dict": True, "zero_division": 0}
    if strict:
        options.update(mode="strict", scheme=IOB2)
    report: Any = classification_report(list(references), list(predictions), **options)
    micro, macro = report["micro avg"], report["macro avg"]
    return {
        "precision": float(micro["precision"]),
        "recall": float(micro["recall"]),
        "f1": float(micro["f1-score"]),
        "macro_f1": float(macro["f1-score"]),
    }


def token_macro_f1(predictions: Tags, references: Tags) -> float:
    """Compute F1 over tokens, averaged over the types that occur in the references.

    Args:
        predictions: Tags of each sentence; what stands behind `B-` or `I-` is the type.
        references: The true ones.

    Returns:
        The average, between 0 and 1.

    Raises:
        ValueError: If no reference tag is of any type.
    """
    predicted, gold = _types(predictions), _types(references)
    in_gold, in_predicted = Counter(gold), Counter(predicted)
    right = Counter(g for g, p in zip(gold, predicted, strict=True) if g == p)
    types = [name for name in in_gold if name != "O"]
    if not types:
        raise ValueError("no reference tag belongs to an entity, so F1 is not defined.")
    return fmean(2 * right[name] / (in_gold[name] + in_predicted[name]) for name in types)


def _types(sentences: Iterable[Iterable[str]]) -> list[str]:
    return [tag if tag == "O" else tag[2:] for tags in sentences for tag in tags]
