"""Which type each article's subject has, by the instance types of DBpedia."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import IO, Any

import numpy as np

from ..files.rows import lines_unless_damaged
from ..record_error import RecordError
from ..rejections import Rejections
from .titles import resource_title, title_key

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_RESOURCE = re.compile(r"https?://(?:[a-z-]+\.)?dbpedia\.org/resource/(.+)", re.DOTALL)
_CLASS = re.compile(r"https?://dbpedia\.org/ontology/(\w+)")
_TURTLE = re.compile(rb"\s*(?:#.*)?$|\s*@?(prefix|base)\b", re.I)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

NO_TRIPLE = "the line is no triple"
UNKNOWN_TYPE = "the type is none of the DBpedia ontology"

_REDIRECTS_AT_ONCE = 100_000


def type_name(name: str) -> str:
    """Return the words of the name of a class.

    Example:
        ```python
        >>> from nuner.data_builders.wikipedia.entity_types import type_name
        >>> type_name("SoccerPlayer"), type_name("NCAATeamSeason")
        ('soccer player', 'NCAA team season')

        ```
    """
    words = _HUMP.split(name.replace("_", " "))
    return " ".join(word if len(word) > 1 and word.isupper() else word.lower() for word in words)


def resource_types(file: IO[bytes], name: str, rejections: Rejections) -> Iterator[tuple[str, str]]:
    """Yield title and type of each resource of a file of instance types, as often as it has a type.

    Args:
        file: N-Triples or Turtle, unpacked.
        name: How messages name the file.
        rejections: Gets the lines that are no triples, and those with a type of another ontology.

    Raises:
        CorpusError: If the compressed file is damaged.
    """
    for line, statement in _statements(lines_unless_damaged(file, name), name, rejections):
        resource = _RESOURCE.fullmatch(getattr(statement.subject, "value", ""))
        if resource is None or statement.predicate.value != _TYPE:
            continue
        kind = getattr(statement.object, "value", "")
        known = _CLASS.fullmatch(kind)
        if known is None:
            rejections.add(name, line, RecordError(UNKNOWN_TYPE, kind[:100]))
        else:
            yield resource_title(resource[1]), known[1]


def _statements(lines: Iterator[bytes], name: str, rejections: Rejections) -> Iterator[tuple[int, Any]]:
    """Yield statements, each with its line; what is none is noted."""
    from pyoxigraph import RdfFormat, parse

    first = list(_until_a_statement(lines))
    lines = chain(first, lines)
    if first and _TURTLE.match(first[-1]):
        source: Any = _LineByLine(lines)
        statements = iter(parse(source, RdfFormat.TURTLE, lenient=True))
        while True:
            try:
                statement = next(statements)
            except StopIteration:
                return
            except SyntaxError as error:
                rejections.add(name, error.lineno or source.number, RecordError(NO_TRIPLE))
            else:
                yield source.number, statement
    # A triple is a line, and each is parsed by itself: one that is cut short takes none of those behind it along.
    for number, line in enumerate(lines, 1):
        try:
            statements = list(parse(line, RdfFormat.N_TRIPLES, lenient=True))
        except SyntaxError:
            rejections.add(name, number, RecordError(NO_TRIPLE))
        else:
            yield from ((number, statement) for statement in statements)


def _until_a_statement(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the comments at the beginning, and the first line that is none."""
    for line in lines:
        yield line
        if line.strip() and not line.lstrip().startswith(b"#"):
            return


class _LineByLine:
    """A file for the parser that gives it one line at a time: what it finds stands on the line that was read last."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self.number = 0
        self._lines = lines
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        if not self._rest:
            self._rest = next(self._lines, b"")
            self.number += bool(self._rest)
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


class EntityTypes:
    """The type of each article's subject, in twelve bytes an article: six million take 72 MB.

    Titles are kept as hashes.

    Args:
        names: The types.
        keys: `title_key` of each article, ascending.
        types: Place in `names` of the type of each.
    """

    def __init__(self, names: Sequence[str], keys: np.ndarray, types: np.ndarray) -> None:
        self.names = list(names)
        self.keys, self.types = keys, types

    def __len__(self) -> int:
        """Return the number of articles."""
        return len(self.keys)

    @classmethod
    def of(cls, read: Callable[[], Iterable[tuple[str, str]]]) -> EntityTypes:
        """Find the most specific type of each article.

        Of several types of one subject that is the one that the fewest subjects have: every soccer player is a
        person, too, but not the other way around. So no file of the ontology is needed.

        Args:
            read: Reads the instance types anew at each call; it is called twice.
        """
        counts = Counter(kind for _, kind in read())
        # Rank by frequency: the smallest rank of several is the most specific type.
        ranks = {kind: rank for rank, kind in enumerate(sorted(counts, key=lambda kind: (counts[kind], kind)))}
        keys, types = array("Q"), array("I")
        for title, of_title in groupby(read(), key=itemgetter(0)):
            keys.append(title_key(title))
            types.append(min(ranks[kind] for _, kind in of_title))
        return cls([type_name(kind) for kind in ranks], *_sorted(np.array(keys), np.array(types)))

    def of_titles(self, titles: Sequence[str]) -> list[str | None]:
        """Look the types of articles up.

        Args:
            titles: Their titles.

        Returns:
            The type of each; None where it has none.
        """
        places = self._places([title_key(title) for title in titles])
        return [None if place < 0 else self.names[self.types[place]] for place in places]

    def add_redirects(self, redirects: Iterable[tuple[str, str]]) -> int:
        """Give titles that lead to articles the types of these.

        Args:
            redirects: Titles and the titles of the articles.

        Returns:
            How many have a type now.
        """
        keys, types = array("Q"), array("I")
        waiting: list[tuple[int, int]] = []

        def resolve() -> None:
            for (key, _), place in zip(waiting, self._places([target for _, target in waiting]), strict=True):
                if place >= 0:
                    keys.append(key)
                    types.append(int(self.types[place]))
            waiting.clear()

        for title, target in redirects:
            waiting.append((title_key(title), title_key(target)))
            if len(waiting) == _REDIRECTS_AT_ONCE:
                resolve()
        resolve()
        self.keys, self.types = _sorted(
            np.concatenate([self.keys, np.array(keys)]), np.concatenate([self.types, np.array(types)])
        )
        return len(keys)

    def _places(self, keys: Sequence[int]) -> list[int]:
        if not len(self.keys) or not keys:
            return [-1] * len(keys)
        wanted = np.array(keys, dtype=np.uint64)
        places = np.searchsorted(self.keys, wanted)
        places[places == len(self.keys)] = 0
        return np.where(self.keys[places] == wanted, places, -1).tolist()


def _sorted(keys: np.ndarray, types: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sort articles by key; of several types of one the first stays."""
    order = np.lexsort((types, keys))
    keys, types = keys[order], types[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = keys[1:] != keys[:-1]
    return keys[first].astype(np.uint64), types[first].astype(np.uint32)
