"""What annotators say about the texts of a project."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from ...files.database import Database
from .history import History
from .schema import ProjectError

_LABELS = 'labels.start, labels."end", labels.type, labels.suggested'
_END_LEASE = "DELETE FROM leases WHERE annotator = ? AND text = ?"


class Label(NamedTuple):
    """An entity as it was labelled.

    Args:
        start: Character of the text with which it begins.
        end: Behind its last character.
        type: Number of its type.
        suggested: Whether a suggestion was accepted, and it was not marked by hand.
    """

    start: int
    end: int
    type: int
    suggested: bool = False


class Answer(NamedTuple):
    """What an annotator says about a text.

    Args:
        text: Number of the text.
        annotator: Number of the annotator.
        final: Whether it is the decision on answers that do not agree.
        skipped: Whether the annotator passed over the text.
        key_presses: How many keys were pressed for it, clicks included.
        saved_at: When, in seconds since 1970.
        labels: The entities, in the order of the text.
    """

    text: int
    annotator: int
    final: bool
    skipped: bool
    key_presses: int
    saved_at: float
    labels: tuple[Label, ...]

    @property
    def entities(self) -> frozenset[tuple[int, int, int]]:
        """Start, end and type of each label."""
        return frozenset(label[:3] for label in self.labels)


class ProjectCounts(NamedTuple):
    """How far a project is.

    Args:
        texts: All texts.
        labelled: Those with labels, or with the answer that there are none.
        held_out: Texts that are set aside to measure on.
        held_out_labelled: Those of them that are labelled.
        skipped: Texts that were only passed over.
        conflicts: Texts whose annotators do not agree, without a decision.
        labels: Number of a type -> how many labels it has, where it has any.
        annotators: Number of an annotator -> texts that they labelled.
    """

    texts: int
    labelled: int
    held_out: int
    held_out_labelled: int
    skipped: int
    conflicts: int
    labels: dict[int, int]
    annotators: dict[int, int]


class Answers:
    """The answers of a project.

    Args:
        database: The project's file.
        history: Takes what is done.
    """

    def __init__(self, database: Database, history: History) -> None:
        self._database, self._history = database, history

    def save(
        self,
        text: int,
        annotator: int,
        labels: Sequence[Label],
        *,
        key_presses: int = 0,
        nested: bool = False,
        final: bool = False,
    ) -> None:
        """Save the labels of a text, in place of what the annotator said about it before.

        What is saved already, as when a page asks once more after a lost answer, is not done once more.

        Args:
            text: Number of the text.
            annotator: Who says so.
            labels: All its entities; none is an answer, too.
            key_presses: How many keys were pressed for it, clicks included.
            nested: Whether entities may overlap.
            final: Whether it is the decision on answers that do not agree.

        Raises:
            ProjectError: If a label lies outside the text, is blank, comes twice, has a type that is not there, or
                overlaps another although it must not. Nothing is saved then.
        """
        kept = sorted(labels)
        self._check(text, kept, nested)
        verb = "decided on" if final else "labelled"
        self._write(text, annotator, kept, f"{verb} text {text}", final=final, skipped=False, key_presses=key_presses)

    def skip(self, text: int, annotator: int) -> None:
        """Pass over a text, which the annotator then does not get again.

        Args:
            text: Number of the text.
            annotator: Who does it.
        """
        self._write(text, annotator, (), f"skipped text {text}", final=False, skipped=True, key_presses=0)

    def of(self, text: int) -> list[Answer]:
        """Return all answers to a text, in the order in which they were first given.

        Args:
            text: Number of the text.
        """
        return list(self._answers("FROM answers WHERE text = ?", (text,), order="number"))

    def counted(self) -> Iterator[Answer]:
        """Yield the answer that counts for each labelled text, in the order of the texts.

        That is the decision where there is one, else what was said first.
        """
        return self._answers("FROM counted AS answers WHERE 1", (), order="text")

    def doubled(self) -> Iterator[tuple[Answer, ...]]:
        """Yield the answers to each text that several annotators have labelled, decisions left out."""
        answers = self._answers(
            "FROM answers WHERE NOT skipped AND NOT final AND text IN (SELECT text FROM answers WHERE NOT skipped AND"
            " NOT final GROUP BY text HAVING count(*) > 1)",
            (),
            order="text, number",
        )
        for _, group in groupby(answers, key=lambda answer: answer.text):
            yield tuple(group)

    def conflicts(self) -> list[int]:
        """Return the numbers of the texts whose annotators do not agree, without a decision."""
        decided = {text for (text,) in self._database.query("SELECT text FROM answers WHERE final")}
        return [
            answers[0].text
            for answers in self.doubled()
            if answers[0].text not in decided and len({answer.entities for answer in answers}) > 1
        ]

    def counts(self) -> ProjectCounts:
        """Count what there is."""
        query = self._database.query
        ((texts, held_out),) = query("SELECT count(*), coalesce(sum(held_out), 0) FROM texts")
        ((labelled, held_out_labelled),) = query(
            "SELECT count(*), coalesce(sum(held_out), 0) FROM texts WHERE number IN"
            " (SELECT text FROM answers WHERE NOT skipped)"
        )
        ((skipped,),) = query("SELECT count(*) FROM (SELECT 1 FROM answers GROUP BY text HAVING min(skipped))")
        return ProjectCounts(
            texts,
            labelled,
            held_out,
            held_out_labelled,
            skipped,
            len(self.conflicts()),
            dict(query("SELECT type, count(*) FROM labels JOIN counted ON counted.number = answer GROUP BY type")),
            dict(query("SELECT annotator, count(*) FROM answers WHERE NOT skipped AND NOT final GROUP BY annotator")),
        )

    def _answers(self, source: str, values: Sequence[int], order: str) -> Iterator[Answer]:
        columns = "answers.number, text, annotator, final, skipped, key_presses, saved_at"
        rows = self._database.query(
            f"SELECT found.*, {_LABELS} FROM (SELECT {columns} {source}) AS found"
            f" LEFT JOIN labels ON labels.answer = found.number ORDER BY found.{order.replace(', ', ', found.')},"
            ' labels.start, labels."end", labels.type',
            values,
        )
        for answer, group in groupby(rows, key=lambda row: row[:7]):
            labels = tuple(
                Label(start, end, kind, bool(suggested))
                for *_, start, end, kind, suggested in group
                if start is not None
            )
            _, text, annotator, final, skipped, key_presses, saved_at = answer
            yield Answer(text, annotator, bool(final), bool(skipped), key_presses, saved_at, labels)

    def _check(self, number: int, labels: Sequence[Label], nested: bool) -> None:
        rows = self._database.query("SELECT text FROM texts WHERE number = ?", (number,))
        if not rows:
            raise ProjectError(f"there is no text {number}")
        ((text,),) = rows
        types = dict(self._database.query("SELECT number, name FROM types"))
        for label in labels:
            if label.type not in types:
                raise ProjectError("the type of a label is no longer there: it was deleted or merged meanwhile")
            if not 0 <= label.start < label.end <= len(text):
                raise ProjectError(
                    f"a label at {label.start}-{label.end} is outside the text ({len(text)} characters)"
                )
            if not text[label.start : label.end].strip():
                raise ProjectError(f"a label at {label.start}-{label.end} covers nothing but blanks")
        for one, other in pairwise(labels):
            if one[:3] == other[:3]:
                raise ProjectError(f"{text[one.start : one.end]!r} is labelled {types[one.type]!r} twice")
        for one, other in () if nested else pairwise(labels):
            if other.start < one.end:
                raise ProjectError(
                    f"{text[one.start : one.end]!r} ({types[one.type]}) and {text[other.start : other.end]!r} "
                    f"({types[other.type]}) overlap, which the settings do not allow"
                )

    def _write(
        self,
        text: int,
        annotator: int,
        labels: Sequence[Label],
        summary: str,
        *,
        final: bool,
        skipped: bool,
        key_presses: int,
    ) -> None:
        given = [answer for answer in self.of(text) if (answer.annotator, answer.final) == (annotator, final)]
        if any((answer.skipped, answer.labels) == (skipped, tuple(labels)) for answer in given):
            with self._database.transaction() as connection:
                connection.execute(_END_LEASE, (annotator, text))
            return
        with self._history.operation(annotator, summary, text) as connection:
            ((answer,),) = connection.execute(
                "INSERT INTO answers (text, annotator, final, skipped, key_presses, saved_at)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET skipped = excluded.skipped,"
                " key_presses = excluded.key_presses, saved_at = excluded.saved_at RETURNING number",
                (text, annotator, final, skipped, key_presses, time.time()),
            ).fetchall()
            connection.execute("DELETE FROM labels WHERE answer = ?", (answer,))
            connection.executemany(
                'INSERT INTO labels (answer, start, "end", type, suggested) VALUES (?, ?, ?, ?, ?)',
                [(answer, *label) for label in labels],
            )
            connection.execute(_END_LEASE, (annotator, text))
