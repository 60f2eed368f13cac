"""Several stores read as the one that they would have been, had all been annotated on one machine."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from ..entity_types.type_names import TypeNames
from ..llm.cost import NO_USAGE, Usage
from .asked_types import difference
from .finished_sentence import FinishedSentence
from .store import AnnotationStore, Annotator, StoreError

_ROWS_AT_ONCE = 1000


class JoinedStores:
    """Stores of shards, as one: the sentences of the first, then those of the second that the first lacks, and so on.

    A sentence that several stores have is done where one of them has a reply; that of the first one counts. What is
    read is what one store would hold to which the shards had been added in this order.

    Args:
        paths: The SQLite files, one or more.

    Raises:
        FileNotFoundError: If a file is missing.
        StoreError: If a file is no store, is given twice, or was asked for other entity types than the first.

    Example:
        ```python
        >>> from nuner.data_builders.annotation.store.joined_stores import JoinedStores
        >>> with JoinedStores(["run.sqlite"]) as stores:
        ...     texts = [sentence.text for sentence in stores.finished()]
        >>> len(texts) > 0
        True

        ```
    """

    def __init__(self, paths: Sequence[str | os.PathLike[str]]) -> None:
        self.unfinished: Counter[str] = Counter()
        self._open = ExitStack()
        self._stores: list[AnnotationStore] = []
        with ExitStack() as opening:
            opening.push(self._open)
            for path in map(Path, paths):
                if any(store.path.samefile(path) for store in self._stores if path.exists()):
                    raise StoreError(f"{path} is given twice: name each store once.")
                self._stores.append(self._open.enter_context(AnnotationStore(path, create=False)))
            self._check_types()
            opening.pop_all()

    def __enter__(self) -> JoinedStores:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def name(self) -> str:
        """The names of the files."""
        return ", ".join(store.path.name for store in self._stores)

    def most_finished(self) -> int:
        """Return how many sentences are done, counting one as often as stores have it done."""
        return sum(store.counts()["done"] for store in self._stores)

    def finished(self) -> Iterator[FinishedSentence]:
        """Yield the sentences that are done in any of the stores.

        At the end `unfinished` has the number of the others: pending, or failed where they were first added.
        """
        self.unfinished.clear()
        for place, store in enumerate(self._stores):
            last = 0
            while rows := store.query(
                "SELECT number, id, state FROM sentences NOT INDEXED WHERE number > ? ORDER BY number LIMIT ?",
                (last, _ROWS_AT_ONCE),
            ):
                yield from self._finished_among(place, {id: state for _, id, state in rows})
                last = rows[-1][0]

    def types(self) -> TypeNames | None:
        """Return the entity types that were asked for, with the other names that the last store has for them."""
        held = [types for types in (store.types() for store in self._stores) if types is not None]
        return TypeNames({name: held[-1].aliases[name] for name in held[0]}) if held else None

    def annotators_of_finished(self) -> list[Annotator]:
        """Return those whose replies the finished sentences of the stores have."""
        return list(dict.fromkeys(who for store in self._stores for who in store.annotators_of_finished()))

    def time_of_finished(self) -> tuple[float, float]:
        """Return when the first and the last sentence were finished, in seconds since 1970.

        Raises:
            ValueError: If no sentence is finished.
        """
        done = [store.time_of_finished() for store in self._stores if store.counts()["done"]]
        if not done:
            raise StoreError(f"{self.name}: no sentence is finished.")
        return min(first for first, _ in done), max(last for _, last in done)

    def usage(self) -> Usage:
        """Return what the stores have cost in all."""
        return sum((store.usage() for store in self._stores), NO_USAGE)

    def _check_types(self) -> None:
        first, *others = self._stores
        for store in others:
            other = difference(first.types(), store.types())
            if other is not None:
                raise StoreError(
                    f"{first.path} was made {other} in {store.path}: no corpus can be made of replies to both."
                )

    def _finished_among(self, place: int, states: dict[str, str]) -> Iterator[FinishedSentence]:
        """Yield what is done of some sentences that one of the stores has."""
        known = {id for store in self._stores[:place] for id in _present(store, list(states))}
        new = [id for id in states if id not in known]
        done: dict[str, FinishedSentence] = {}
        for store in self._stores[place:]:
            missing = [id for id in new if id not in done]
            if store is self._stores[place]:
                missing = [id for id in missing if states[id] == "done"]
            done.update((sentence.id, sentence) for sentence in _replies(store, missing))
        for id in new:
            if id in done:
                yield done[id]
            else:
                self.unfinished[states[id]] += 1


def _present(store: AnnotationStore, ids: list[str]) -> list[str]:
    return [id for (id,) in store.query(f"SELECT id FROM sentences WHERE id IN ({_marks(ids)})", ids)]


def _replies(store: AnnotationStore, ids: list[str]) -> list[FinishedSentence]:
    rows = store.query(
        "SELECT number, id, text, language, source, reply, truncated FROM sentences"
        f" WHERE state = 'done' AND id IN ({_marks(ids)})",
        ids,
    )
    return [FinishedSentence(*fields, truncated=bool(truncated), number=number) for number, *fields, truncated in rows]


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
