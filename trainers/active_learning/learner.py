"""What learns while a person labels."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from itertools import compress
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from torch import nn

from nuner.data_builders.labelled.projects.entity_types import EntityType
from nuner.data_builders.labelled.projects.project import Project

from .advice import Advice, advise
from .candidates import Candidates
from .disagreements import Disagreement, find_disagreements
from .instant_head import InstantHead, LearntText, fit_heads
from .pool_reading import MOST_CHARACTERS, PoolReading
from .pool_vectors import PoolVectors
from .scoring import Score, score_head
from .suggestions import Suggestion, suggestions
from .text_encoder import TextEncoder

Order = Literal["instructive", "random", "in order"]
"""Which text comes next: the one that teaches most, any, or the next one of the file."""

# Texts with whose words an encoder that was not trained for it compares names.
_SOME_TEXTS = 64


class _Learnt(NamedTuple):
    """What is known after some label: what runs beside the next one works on it undisturbed."""

    types: tuple[EntityType, ...] = ()
    named: nn.Linear | None = None
    head: InstantHead | None = None
    texts: tuple[tuple[int, LearntText], ...] = ()
    held_out: tuple[tuple[int, LearntText], ...] = ()


class Learner:
    """Suggests entities, chooses texts and measures itself while a project is labelled; threads may share it.

    Args:
        project: The project.
        encoder: Folder or Hub id of a bi-encoder, which suggests before the first label, or of any encoder; or the
            encoder itself.
        cache: Folder for the vectors of the words of all texts; it is made, and made anew for another encoder.

    Attributes:
        knows_names: Whether it suggests before the first label.

    Raises:
        FileNotFoundError: If there is no such encoder.
        ValueError: If the folder holds no encoder, or its tokenizer is not a fast one.

    Example:
        ```python
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, Project(Path(folder, "trips.studio")) as project:
        ...     _ = project.add_texts([("Ada lives in Paris.", None)])
        ...     ada = project.annotator("Ada")
        ...     _ = project.types.add(ada, "city")
        ...     learner = Learner(project, "nuner-roberta", Path(folder, "vectors"))
        ...     learner.refit()
        ...     learner.next_text(ada, "instructive")
        ...     learner.close()
        1

        ```
    """

    def __init__(self, project: Project, encoder: str | Path | TextEncoder, cache: Path) -> None:
        self.project = project
        self._encoder = encoder if isinstance(encoder, TextEncoder) else TextEncoder(encoder)
        self._pool = PoolVectors(cache, project.identity, self._encoder)
        self.knows_names = self._encoder.knows_names
        self._held_out = set(project.texts.held_out())
        # Any prefix of it is a random sample; the same one each time.
        self._shuffled: list[int] = (np.random.default_rng(0).permutation(len(project.texts)) + 1).tolist()
        self._reading = PoolReading(project.texts, self._shuffled, self._encoder, self._pool)
        self._state = _Learnt()
        self._lock = threading.RLock()
        self._candidates = Candidates(self._pool, [])
        self._noted = project.scores()[-1:]

    @property
    def failure(self) -> str | None:
        """Why the other texts are no longer being read, as a sentence; None if they are, or have been."""
        return self._reading.failure

    @property
    def head(self) -> InstantHead | None:
        """What suggests; None where nothing is known of any type."""
        return self._state.head

    def start(self, progress: Callable[[int, int], object]) -> None:
        """Make the vectors of all texts in the background; what an earlier run has made stays.

        Args:
            progress: Told, in the thread that makes them, how many texts of how many have vectors.
        """
        self._reading.start(progress)

    def join(self) -> None:
        """Wait until the vectors of all texts are made, or their making has failed."""
        self._reading.join()

    def close(self) -> None:
        """Stop, and close the files of the vectors."""
        self._reading.close()
        self._pool.close()

    def suggest(self, text: int) -> list[Suggestion]:
        """Suggest the entities of a text.

        Args:
            text: Its number.

        Returns:
            The entities in the order of the text, none of which overlap; none if nothing is known of any type yet.
        """
        head = self._state.head
        if head is None:
            return []
        with self._reading.before_others():
            return suggestions(head, *self._reading.words_of(text))

    def refit(self) -> None:
        """Learn what the project holds now: labels, undone labels, types."""
        with self._reading.before_others(), self._lock:
            before, types = self._state, tuple(self.project.types.all())
            texts, held_out = self._labelled_texts({**dict(before.texts), **dict(before.held_out)})
            if not types:
                self._state = _Learnt(texts=texts, held_out=held_out)
                return
            described = [(each.name, each.description) for each in types]
            same = before.named is not None and described == [(each.name, each.description) for each in before.types]
            named = before.named if same else self._named(types, texts)
            words = [text for _, text in texts if len(text.types)]
            head = None
            if words:
                begin = before.head if before.head is not None and before.head.texts else None
                (head,) = fit_heads([words], types, named, begin)
            elif self.knows_names and named is not None:
                head = InstantHead(types, named, 0)
            self._state = _Learnt(types, named, head, texts, held_out)

    def next_text(self, annotator: int, order: Order) -> int | None:
        """Choose the next text for an annotator, who then has it open.

        A text that another has labelled and that is to be labelled twice comes first. Of those that are set aside, as
        many come as they are among all texts, in a random order whatever the order of the others.

        Args:
            annotator: Number of the annotator.
            order: Which one comes next.

        Returns:
            Its number; None if there is none left.
        """
        share = self.project.settings.double_share
        with self._reading.before_others(), self._lock:
            while True:
                waiting = self.project.leases.waiting(annotator, share)
                closed = self.project.leases.closed(annotator, share)
                text = waiting[0] if waiting else self._choose(closed, order)
                if text is None or self.project.leases.take(annotator, text, share):
                    return text

    def score(self) -> Score | None:
        """Measure the head on the labelled texts that were set aside, and keep the score in the project if it is new.

        Returns:
            The score; None where there is no head, or no entity is labelled in those texts.
        """
        state = self._state
        if state.head is None:
            return None
        score = score_head(state.head, [text for _, text in state.held_out])
        if score is not None and [score.to_dict()] != self._noted:
            self._noted = [score.to_dict()]
            self.project.note_score(score.to_dict())
        return score

    def advice(self) -> Advice:
        """Say which type needs labels most, and whether labelling on brings much."""
        state = self._state
        texts, held_out = ([text for _, text in found] for found in (state.texts, state.held_out))
        return advise(state.types, state.named, state.head, texts, held_out)

    def disagreements(self, limit: int = 50) -> list[Disagreement]:
        """Find labels that a head which has not learnt from them contradicts with confidence.

        Args:
            limit: How many at most.

        Returns:
            They, the most confident ones first.
        """
        state = self._state
        if state.head is None or not state.head.texts:
            return []
        return find_disagreements(state.head, state.named, state.texts, state.held_out, self._pool)[:limit]

    def _choose(self, closed: Collection[int], order: Order) -> int | None:
        if order == "in order":
            return next((number for number in range(1, len(self._shuffled) + 1) if number not in closed), None)
        is_open = (number for number in self._shuffled if number not in closed)
        if order == "random":
            return next(is_open, None)
        state = self._state
        done, held_out = len(state.texts) + len(state.held_out), len(state.held_out)
        due = held_out + 1 <= (done + 1) * len(self._held_out) / max(1, len(self._shuffled))
        text = None
        if not due and state.head is not None:
            text = self._most_instructive(state, closed)
        if text is not None:
            return text
        others = list(is_open)
        return next((number for number in others if (number in self._held_out) == due), others[0] if others else None)

    def _most_instructive(self, state: _Learnt, closed: Collection[int]) -> int | None:
        assert state.head is not None
        if self._candidates.are_stale(closed, self._pool):
            is_candidate = (n in self._pool and n not in closed and n not in self._held_out for n in self._shuffled)
            self._candidates = Candidates(self._pool, list(compress(self._shuffled, is_candidate)))
        return self._candidates.choose(state.head, state.texts, closed)

    def _labelled_texts(
        self, known: dict[int, LearntText]
    ) -> tuple[tuple[tuple[int, LearntText], ...], tuple[tuple[int, LearntText], ...]]:
        """Return the labelled texts: those to learn from, and those that are set aside."""
        answers = list(self.project.answers.counted())
        self._reading.require([answer.text for answer in answers])
        sides: tuple[list[tuple[int, LearntText]], list[tuple[int, LearntText]]] = ([], [])
        for answer in answers:
            labels = tuple(label for label in answer.labels if label.start < MOST_CHARACTERS)
            text = known.get(answer.text)
            if text is None or text.labels != labels:
                text = LearntText.of(labels, *self._pool.of(answer.text))
            sides[answer.text in self._held_out].append((answer.text, text))
        return tuple(sides[0]), tuple(sides[1])

    def _named(self, types: Sequence[EntityType], texts: Sequence[tuple[int, LearntText]]) -> nn.Linear | None:
        """Return what the encoder makes of the names of types; None where it has no words to compare them with."""
        numbers = [*self._pool.numbers[:_SOME_TEXTS].tolist(), *(number for number, _ in texts[:_SOME_TEXTS])]
        words = np.concatenate([np.zeros((0, self._pool.hidden)), *(self._pool.of(n).vectors for n in numbers)])
        if not self.knows_names and not len(words):
            return None
        described = {each.name: each.description or each.name for each in types}
        return self._encoder.named_classifier(described, words.astype(np.float32)).requires_grad_(False)
