"""Group short sequences by length so that little of a batch is padding."""

from __future__ import annotations

# What a forward pass costs apart from its tokens, in tokens: splitting further would not pay.
PASS_COST_IN_TOKENS = 128

# A group's rows are filled up to a multiple of this.
ROWS_MULTIPLE = 32


def group_by_length(lengths: list[int], pass_cost: int = PASS_COST_IN_TOKENS) -> list[tuple[list[int], int]]:
    """Split sequences into the groups that cost least: padded tokens plus a fixed cost a group.

    Args:
        lengths: Length of each sequence, in tokens.
        pass_cost: Cost of one more group, in tokens.

    Returns:
        For each group the indices of its sequences and the longest length among them.

    Example:
        ```python
        >>> from nuner.modeling_nuner.concept_batches import group_by_length
        >>> group_by_length([3, 9, 3], pass_cost=2)
        [([0, 2], 3), ([1], 9)]

        ```
    """
    rows: dict[int, list[int]] = {}
    for index, length in enumerate(lengths):
        rows.setdefault(length, []).append(index)
    steps = sorted(rows)
    # best[i]: least cost of the sequences of the i shortest lengths, and where their last group starts.
    best: list[tuple[int, int]] = [(0, 0)]
    for end in range(1, len(steps) + 1):
        longest, count, choices = steps[end - 1], 0, []
        for start in range(end - 1, -1, -1):
            count += len(rows[steps[start]])
            choices.append((best[start][0] + count * longest + pass_cost, start))
        best.append(min(choices))
    groups: list[tuple[list[int], int]] = []
    end = len(steps)
    while end:
        start = best[end][1]
        groups.append(([row for step in steps[start:end] for row in rows[step]], steps[end - 1]))
        end = start
    return groups[::-1]
