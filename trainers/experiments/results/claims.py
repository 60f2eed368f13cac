"""What the paper found, and whether it holds for the scores of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from math import log2
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .score_table import ScoreTable
from .significance import Difference

Verdict = Literal["holds", "does not hold", "cannot be told"]


@dataclass(frozen=True)
class Claim:
    """A statement about a table, with what speaks for it or against it.

    Args:
        statement: What is claimed.
        verdict: Whether it holds here; what a bootstrap cannot tell from zero is not told.
        evidence: The figures, in a sentence.
    """

    statement: str
    verdict: Verdict
    evidence: str

    def __str__(self) -> str:
        return f"{self.statement}: {self.verdict}. {self.evidence}"

    def to_dict(self) -> dict[str, Any]:
        """Return all of it, ready for JSON."""
        return asdict(self)


def gains_everywhere(table: ScoreTable, row: str, other: str) -> Claim:
    """Claim that a row is better than another in each group at each k.

    Args:
        table: The scores.
        row: The better row.
        other: The other one.

    Returns:
        The claim, which holds where each gain is told from zero.

    Example:
        ```python
        >>> from nuner.trainers.experiments.results.score_table import ScoreTable
        >>> scores = {"base": {"tickets": {1: [[20.0, 30.0]]}}, "NuNER": {"tickets": {1: [[30.0, 42.0]]}}}
        >>> print(gains_everywhere(ScoreTable("Encoders", "F1", scores), "NuNER", "base"))
        NuNER is better than base in each group at each k: holds. 1 of 1 gains are told from zero, from +11.0 to +11.0.

        ```
    """
    left_out = set(table.left_out)
    places = [(group, k) for group in table.groups for k in table.ks if (group, k) not in left_out]
    gains = [difference(table, row, other, group, k) for group, k in places]
    told = sum(gain.told_from_zero and gain.mean > 0 for gain in gains)
    means = [gain.mean for gain in gains]
    worse = any(gain.told_from_zero and gain.mean < 0 for gain in gains)
    verdict = "does not hold" if worse else "holds" if told == len(gains) else "cannot be told"
    evidence = f"{told} of {len(gains)} gains are told from zero, from {min(means):+.1f} to {max(means):+.1f}."
    return Claim(f"{row} is better than {other} in each group at each k", verdict, evidence)


def rises(table: ScoreTable, rows: Sequence[str], statement: str) -> Claim:
    """Claim that the mean rises from row to row.

    Args:
        table: The scores.
        rows: Names of rows, the worst first.
        statement: The claim in words.

    Returns:
        The claim, which holds where the last row is better than the first and no step goes down.
    """
    steps = [difference(table, after, before) for before, after in pairwise(rows)]
    whole = difference(table, rows[-1], rows[0])
    down = [
        f"from {before} to {after} ({step.mean:+.1f})"
        for before, after, step in zip(rows[:-1], rows[1:], steps, strict=True)
        if step.told_from_zero and step.mean < 0
    ]
    evidence = f"{', '.join(f'{row} {table.mean(row):.1f}' for row in rows)}; {_shown(whole)} from first to last"
    if down:
        evidence += f", but down {' and '.join(down)}"
    return Claim(statement, _verdict(whole, against=bool(down)), f"{evidence}.")


def flattens(table: ScoreTable, rows: Sequence[str], statement: str) -> Claim:
    """Claim that a doubling of `x` gains less in the upper half of the rows than in the lower half.

    Args:
        table: The scores, with `x`.
        rows: Names of at least three rows, by ascending `x`.
        statement: The claim in words.

    Returns:
        The claim.
    """
    first, middle, last = rows[0], rows[len(rows) // 2], rows[-1]
    low = table.values(middle) - table.values(first)
    high = table.values(last) - table.values(middle)
    low /= log2(table.x[middle] / table.x[first])
    high /= log2(table.x[last] / table.x[middle])
    lost = Difference.of(low - high)
    evidence = f"{low.mean():+.1f} a doubling up to {middle}, {high.mean():+.1f} from there on; the difference is"
    return Claim(statement, _verdict(lost), f"{evidence} {_shown(lost)}.")


def gains_most_below(table: ScoreTable, row: str, other: str, k: int) -> Claim:
    """Claim that the gain of a row over another is larger for small training samples than for large ones.

    Args:
        table: The scores.
        row: The better row.
        other: The other one.
        k: Samples are small below it.

    Returns:
        The claim.

    Raises:
        ValueError: If the table has no samples on one side of `k`.
    """
    sides = [[each for each in table.ks if each < k], [each for each in table.ks if each >= k]]
    if not all(sides):
        raise ValueError(f"{table.title}: there are no samples on one side of k = {k}")
    small, large = (
        np.stack([_gains(table, row, other, k=each).mean(axis=1) for each in side]).mean(axis=0)[:, None]
        for side in sides
    )
    more = Difference.of(small - large)
    evidence = (
        f"{small.mean():+.1f} below k = {k} and {large.mean():+.1f} from there on; the difference is {_shown(more)}."
    )
    return Claim(f"{row} gains most over {other} below k = {k}", _verdict(more), evidence)


def alike(table: ScoreTable, row: str, other: str, within: float) -> Claim:
    """Claim that two rows are equally good.

    Args:
        table: The scores.
        row: A row.
        other: Another one.
        within: Up to how many points the mean may differ.

    Returns:
        The claim, which holds where the interval of the difference lies within these points, and does not hold where
        it lies outside of them.

    Example:
        ```python
        >>> from nuner.trainers.experiments.results.score_table import ScoreTable
        >>> scores = {"C4": {"tickets": {1: [[20.0, 30.0]]}}, "Wiki": {"tickets": {1: [[20.4, 30.2]]}}}
        >>> print(alike(ScoreTable("Texts", "F1", scores), "C4", "Wiki", within=2))
        C4 and Wiki differ by less than 2 points: holds. C4 25.0, Wiki 25.3; the difference is -0.3 (-0.4 to -0.2).

        ```
    """
    apart = difference(table, row, other)
    low, high = apart.interval or (apart.mean, apart.mean)
    verdict: Verdict = "cannot be told"
    if apart.interval is not None:
        verdict = "holds" if max(-low, high) < within else "does not hold" if max(low, -high) > within else verdict
    evidence = f"{row} {table.mean(row):.1f}, {other} {table.mean(other):.1f}; the difference is {_shown(apart)}."
    return Claim(f"{row} and {other} differ by less than {within:g} points", verdict, evidence)


def difference(table: ScoreTable, row: str, other: str, group: str | None = None, k: int | None = None) -> Difference:
    """Subtract one row of a table from another.

    Args:
        table: The scores.
        row: Name of a row.
        other: The row that is subtracted.
        group: A group; the mean of all, if not given.
        k: A size; the mean of all, if not given.
    """
    return Difference.of(_gains(table, row, other, group, k))


def _gains(
    table: ScoreTable, row: str, other: str, group: str | None = None, k: int | None = None
) -> NDArray[np.float64]:
    return replace(table, references={row: other}).gains(row, group, k)


def _verdict(supposed: Difference, *, against: bool = False) -> Verdict:
    """Judge what is supposed to be more than zero."""
    if against or (supposed.told_from_zero and supposed.mean < 0):
        return "does not hold"
    return "holds" if supposed.told_from_zero else "cannot be told"


def _shown(difference: Difference) -> str:
    if difference.interval is None:
        return f"{difference.mean:+.1f}"
    low, high = difference.interval
    return f"{difference.mean:+.1f} ({low:+.1f} to {high:+.1f})"
