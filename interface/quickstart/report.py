"""The quickstart's report: one HTML page that needs no other file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nuner.data_builders.pages.highlighting import Piece
from nuner.data_builders.pages.html_page import Picture, render_page


@dataclass(frozen=True)
class Score:
    """A score in percent.

    Args:
        mean: Its mean over the samples.
        spread: Its standard deviation over them; None for a mean over several k.
    """

    mean: float
    spread: float | None = None


@dataclass(frozen=True)
class Comparison:
    """Scores of two encoders whose layers are fitted in the same way.

    Args:
        base: The base encoder.
        nuner: The pre-trained encoder.
    """

    base: Score
    nuner: Score

    @property
    def gain(self) -> float:
        """Points between the two."""
        return self.nuner.mean - self.base.mean


@dataclass(frozen=True)
class FewShotRow:
    """One k of the few-shot comparison, in percent of macro-averaged token F1.

    Args:
        k: Annotations a type, or `mean` over all k.
        plain: Layers that start from nothing.
        named: Layers that start from the names of the types.
    """

    k: str
    plain: Comparison
    named: Comparison


@dataclass(frozen=True)
class Report:
    """What the page shows.

    Args:
        base_encoder: Name of the base encoder.
        corpus: The corpus in one sentence.
        few_shot: The rows of the comparison.
        few_shot_caption: What it was measured on.
        few_shot_picture: F1 against k.
        loss_picture: The loss curve.
        corpus_picture: Frequency of the concepts by rank.
        entity_f1: Name of the encoder -> F1 of the recognizer fine-tuned from it, in percent.
        finetuning: What it was fine-tuned and measured on, in one sentence.
        messages: The messages that were read, in pieces.
        code: Python that uses the result.
        stages: Stage -> seconds.
        figures: Other figures, name -> value.
        machine: Name -> value.
        versions: Package -> version.
    """

    base_encoder: str
    corpus: str
    few_shot: Sequence[FewShotRow]
    few_shot_caption: str
    few_shot_picture: Picture
    loss_picture: Picture
    corpus_picture: Picture
    entity_f1: Mapping[str, float]
    finetuning: str
    messages: Sequence[Sequence[Piece]]
    code: str
    stages: Mapping[str, float]
    figures: Mapping[str, str]
    machine: Mapping[str, str]
    versions: Mapping[str, str]


def render_report(report: Report) -> str:
    """Render the page; every text in it is escaped.

    Args:
        report: What to show.

    Returns:
        HTML.
    """
    return render_page("nuner.quickstart", "report.html.jinja", report=report)
