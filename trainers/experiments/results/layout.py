"""A table of scores in words: what the terminal, Markdown and the page show alike."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from .score_table import ScoreTable
from .significance import CONFIDENCE, Difference
from .summary import Figures, Summary

NOTHING = "\u2013"
LEFT_OUT = "\u2020"


@dataclass(frozen=True)
class Line:
    """A line of a table.

    Args:
        name: The row, or what it gains over.
        cells: One for each entry of the header.
        is_gain: Whether it holds gains.
    """

    name: str
    cells: list[str]
    is_gain: bool = False


@dataclass(frozen=True)
class Section:
    """The lines of a group.

    Args:
        title: The group, or that it is the mean of all; None in a table of one group.
        lines: The rows, each with its gain below it.
        is_mean: Whether it is the mean of all groups.
    """

    title: str | None
    lines: list[Line]
    is_mean: bool = False


@dataclass(frozen=True)
class Layout:
    """A table in words.

    Args:
        title: What is compared.
        header: What stands above the cells: each k, and their mean if there are several.
        sections: One a group, and their mean.
        notes: What the scores are, what the marks mean, and what was left out.
    """

    title: str
    header: list[str]
    sections: list[Section]
    notes: list[str]

    @classmethod
    def of(cls, summary: Summary) -> Layout:
        """Put a table into words.

        Args:
            summary: The table with its figures.

        Returns:
            Its words.
        """
        table = summary.table
        if len(table.groups) == 1:
            sections = [Section(None, list(_lines(summary, table.groups[0])))]
        else:
            sections = [Section(group, list(_lines(summary, group))) for group in table.groups]
            sections.append(Section(f"mean of {len(table.groups)}", list(_lines(summary, None)), is_mean=True))
        header = [f"k={k}" if k is not None else "mean" for k in _columns(table)]
        return cls(table.title, header, sections, list(_notes(summary)))


def _lines(summary: Summary, group: str | None) -> Iterator[Line]:
    table = summary.table
    left_out = set(table.left_out)
    for row in table.rows:
        yield Line(row, [_score(summary.at(row, group, k), k, (group, k) in left_out) for k in _columns(table)])
        if row in table.references:
            gains = [_gain(summary.at(row, group, k).gain) for k in _columns(table)]
            yield Line(_gain_over(table, row), gains, is_gain=True)


def _columns(table: ScoreTable) -> list[int | None]:
    # The mean of a single k would only repeat it.
    return [*table.ks, None] if len(table.ks) > 1 else [*table.ks]


def _score(figures: Figures, k: int | None, left_out: bool) -> str:
    if math.isnan(figures.mean):
        return NOTHING
    # A mean over k stands alone: the samples of different k have nothing to do with one another.
    has_spread = k is not None and not math.isnan(figures.standard_deviation)
    return f"{figures.mean:.1f}{LEFT_OUT if left_out else ''}" + (
        f" ±{figures.standard_deviation:.1f}" if has_spread else ""
    )


def _gain(gain: Difference | None) -> str:
    if gain is None or math.isnan(gain.mean):
        return NOTHING
    return signed(gain.mean) if gain.told_from_zero else f"({signed(gain.mean)})"


def signed(gain: float) -> str:
    """Write a gain with its sign; what is rounded to zero is `+0.0`.

    Args:
        gain: In points.
    """
    return f"{round(gain, 1) + 0.0:+.1f}"


def _gain_over(table: ScoreTable, row: str) -> str:
    return "gain" if len(set(table.references.values())) == 1 else f"gain over {table.references[row]}"


def _notes(summary: Summary) -> Iterator[str]:
    table = summary.table
    runs = {table.runs(row) for row in table.rows}
    samples = f"mean ± standard deviation over {table.samples} {table.samples_are}"
    spread = f", {samples if table.samples > 1 else 'of a single sample'}"
    yield table.metric + spread + (f" of the mean over {max(runs)} {table.runs_are}" if max(runs) > 1 else "")
    if table.references:
        references = dict.fromkeys(table.references.values())
        over = f" over {next(iter(references))}" if len(references) == 1 else ""
        yield (
            f"Gain{over} on the same samples; in parentheses what a paired bootstrap "
            f"({CONFIDENCE:.0%} interval) cannot tell from zero"
        )
    if table.left_out:
        yield f"{LEFT_OUT} or {NOTHING}: left out of all means, since not every row has it: " + ", ".join(
            f"{group} at k={k}" for group, k in table.left_out
        )
    yield from table.notes
