"""How far a store is: counts, speed, cost, errors."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ..llm.cost import Prices, Usage
from .store import AnnotationStore, Annotator

_RECENT_SECONDS = 600.0
_ERRORS_SHOWN = 10


@dataclass(frozen=True)
class StoreStatus:
    """The state of a store at one moment.

    Args:
        done: Sentences with a reply.
        failed: Sentences that failed.
        pending: Sentences that are still to be asked about, those under way included.
        under_way: Sentences that some process is asking about.
        left_behind: Those among them whose process has ended or is suspended; the next run takes them.
        in_batches: Sentences that are in batches.
        open_batches: Batches that are not fetched yet.
        usage: Tokens that the store has cost.
        per_second: Sentences finished a second, over the last ten minutes in which any were; None if there were none.
        errors: Reason -> number of failed sentences, the most frequent first.
        annotators: Each that has answered.
    """

    done: int
    failed: int
    pending: int
    under_way: int
    left_behind: int
    in_batches: int
    open_batches: int
    usage: Usage
    per_second: float | None
    errors: dict[str, int]
    annotators: list[Annotator]

    @classmethod
    def of(cls, store: AnnotationStore) -> StoreStatus:
        """Look at a store; a run may be using it."""
        counts = store.counts()
        ((under_way,),) = store.query("SELECT count(*) FROM sentences WHERE worker IS NOT NULL")
        ((in_batches,),) = store.query("SELECT count(*) FROM sentences WHERE batch IS NOT NULL")
        ((open_batches,),) = store.query("SELECT count(*) FROM batches WHERE state != 'collected'")
        errors = store.query(
            # What follows the first colon is what the server said, which differs from sentence to sentence.
            "SELECT substr(error, 1, instr(error || ': ', ': ') - 1) AS reason, count(*) FROM sentences"
            " WHERE state = 'failed' GROUP BY reason ORDER BY 2 DESC, 1 LIMIT ?",
            (_ERRORS_SHOWN,),
        )
        annotators = store.query("SELECT model, prompt FROM annotators ORDER BY number")
        return cls(
            **counts,
            under_way=under_way,
            left_behind=store.held_by_ended(),
            in_batches=in_batches,
            open_batches=open_batches,
            usage=store.usage(),
            per_second=_per_second(store),
            errors=dict(errors),
            annotators=[Annotator(*row) for row in annotators],
        )

    def cost(self, prices: Prices) -> float:
        """Return what the store has cost."""
        return prices.cost(self.usage)

    def expected_cost(self, prices: Prices) -> float | None:
        """Return what it will have cost in the end, by the mean so far; None before the first reply."""
        finished = self.done + self.failed
        return self.cost(prices) * (finished + self.pending) / finished if finished else None


def _per_second(store: AnnotationStore) -> float | None:
    newest = [
        row[0]
        for state in ("done", "failed")
        for row in store.query("SELECT max(finished_at) FROM sentences WHERE state = ?", (state,))
    ]
    last = max((moment for moment in newest if moment is not None), default=None)
    if last is None:
        return None
    since = min(last, time.time()) - _RECENT_SECONDS
    count, first = 0, last
    for state in ("done", "failed"):
        ((some, earliest),) = store.query(
            "SELECT count(*), min(finished_at) FROM sentences WHERE state = ? AND finished_at >= ?", (state, since)
        )
        count, first = count + some, min(first, earliest if earliest is not None else first)
    return count / (last - first) if last > first else None
