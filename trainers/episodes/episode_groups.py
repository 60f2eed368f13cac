"""Micro-averaged F1 as a mean over groups of episodes, for whoever asks what other episodes would have changed."""

from __future__ import annotations

from collections.abc import Sequence

from .evaluation import SpanCounts


def f1_of_groups(episodes: Sequence[SpanCounts], groups: int) -> list[float]:
    """Split F1, in which all episodes are counted together, into one number for each group of episodes.

    F1 is a ratio of sums, so that the F1 of groups do not average to it. These numbers do: each is F1 and what the
    group adds to it or takes from it, to first order (Taylor linearization, as surveys have it for ratios). How the
    mean of drawn groups varies is, to that order, how F1 varies with the episodes.

    Args:
        episodes: The entities of each episode.
        groups: Number of groups, at most that of the episodes; each takes every so many-th episode.

    Returns:
        A number for each group; their mean is F1 over all episodes. A single one can lie outside of 0 to 1.

    Raises:
        ValueError: If there are more groups than episodes, or none, or there is no entity at all.

    Example:
        ```python
        >>> from nuner.trainers.episodes.episode_groups import f1_of_groups
        >>> from nuner.trainers.episodes.evaluation import SpanCounts
        >>> f1_of_groups([SpanCounts(4, 4, 4), SpanCounts(4, 4, 2)], groups=2)
        [1.0, 0.5]

        ```
    """
    if not 1 <= groups <= len(episodes):
        raise ValueError(f"{len(episodes)} episodes cannot be split into {groups} groups")
    parts = [episodes[first::groups] for first in range(groups)]
    correct = [2 * sum(each.correct for each in part) for part in parts]
    counted = [sum(each.gold + each.predicted for each in part) for part in parts]
    if not sum(counted):
        raise ValueError("there is no entity in any episode, so F1 is not defined")
    f1 = sum(correct) / sum(counted)
    mean = sum(counted) / groups
    return [f1 + (right - f1 * number) / mean for right, number in zip(correct, counted, strict=True)]
