"""Annotation stores of `nuner annotate --types`: what a language model labelled with the user's types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ...annotation.corpus.rows import YieldCounts, corpus_rows
from ...annotation.store.store import AnnotationStore
from ...data_kinds import is_sqlite
from ...rejections import Rejections
from ..labelled_text import LabelledText, TextEntity
from .labelled_file import LabelledFile
from .labelled_format import LabelledFormat

_MOST_NAMED = 10


def _read(file: LabelledFile, rejections: Rejections, notes: Counter[str]) -> Iterator[LabelledText]:
    with AnnotationStore(file.path, create=False) as store:
        types = store.types()
        if types is None:
            raise ValueError(
                f"{file.path} is an annotation store whose concepts the model chose by itself, and labelled data is "
                f"needed; annotate with --types, or build a corpus of it: nuner corpus build {file.path} -o CORPUS"
            )
        counts = YieldCounts()
        first: dict[str, int] = {}
        for sentence in store.finished():
            number = sentence.number or 0
            for row in corpus_rows([sentence], counts, types=types):
                entities = (TextEntity(each["start"], each["end"], each["concept"]) for each in row["entities"])
                yield LabelledText(row["text"], tuple(entities), str(file.path), number)
            for name in counts.unknown_types:
                first.setdefault(name, number)
        states = store.counts()
    for name, count in counts.unknown_types.most_common(_MOST_NAMED):
        where = f"{file.path}:{first[name]}"
        notes[f"entities of the type {name!r} were left out, which is not in the list (the first: {where})"] += count
    others = sum(count for _, count in counts.unknown_types.most_common()[_MOST_NAMED:])
    notes["entities of yet other types that are not in the list were left out"] += others
    notes["sentences were left out, for nothing of their reply could be used"] += (
        counts.without_place + counts.unreadable_replies.total()
    )
    notes[f"sentences were left out because they failed: nuner annotate status {file.path}"] += states["failed"]
    notes["sentences were left out because they have no reply yet"] += states["pending"]


ANNOTATION_STORE = LabelledFormat(
    name="annotation-store",
    title="an annotation store with types",
    suffixes=(".sqlite",),
    # Whatever else its bytes look like: no other format begins as such files do.
    recognize=lambda file: int(file.path.is_file() and is_sqlite(file.path)),
    read=_read,
    write=None,
)
