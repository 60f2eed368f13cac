"""Episodes drawn from labelled sentences, N types with K to 2K entities each (Ding et al., 2021)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence

from datasets import Dataset

from ..label_schemes import read_spans
from ..load import entity_types
from ..tag_spelling import OUTSIDE
from .episode import Episode, LabelledWords

# Sets of types that are tried for an episode, and orders of the sentences that are tried for each set.
_MOST_TYPE_SETS, _ORDERS = 1000, 5

_Counts = Sequence[Counter[str]]


def labelled_words(dataset: Dataset) -> list[LabelledWords]:
    """Bring labelled sentences to the labels of episodes, without `B-` and `I-`.

    Args:
        dataset: A split that `load_labelled` returned.

    Returns:
        The sentences; in them neighboring entities of one type are one.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.episodes.sampling import labelled_words
        >>> from nuner.data_builders.labelled.load import load_labelled
        >>> labelled_words(load_labelled("support-tickets", "train"))[0].labels[:3]
        ['O', 'product', 'product']

        ```
    """
    names = dataset.features["ner_tags"].feature.names
    labels = [name if name == OUTSIDE else name[2:] for name in names]
    return [
        LabelledWords(words, [labels[tag] for tag in tags])
        for words, tags in zip(dataset["tokens"], dataset["ner_tags"], strict=True)
    ]


def sample_episodes(
    dataset: Dataset, way: int, shot: int, number: int, *, query_shot: int | None = None, seed: int = 0
) -> Iterator[Episode]:
    """Draw episodes as Few-NERD's were drawn: at random, sentence by sentence, until there is enough of each type.

    For each episode `way` types are drawn. Sentences with entities of these types and of no other are visited in
    random order: one is taken into the support if a type in it still lacks entities and none would have more than
    `2 * shot`; then the query is drawn from the rest in the same way. Types for which that ends without enough are
    drawn again.

    Args:
        dataset: A split that `load_labelled` returned.
        way: Number of types of an episode.
        shot: At least so many entities of each type are in the support.
        number: How many episodes to draw.
        query_shot: At least so many of each type are in the query; `shot`, if not given.
        seed: Of the draws, which depend on nothing else but the arguments.

    Yields:
        The episodes.

    Raises:
        ValueError: If `way`, `shot`, `number` or `query_shot` is less than 1, or the sentences do not allow it; the
            message says what they lack.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.episodes.sampling import sample_episodes
        >>> from nuner.data_builders.labelled.load import load_labelled
        >>> episodes = sample_episodes(load_labelled("support-tickets", "train"), way=5, shot=1, number=10)
        >>> [len(episode.types) for episode in episodes][:3]
        [5, 5, 5]

        ```
    """
    query_shot = shot if query_shot is None else query_shot
    for name, value in {"way": way, "shot": shot, "number": number, "query_shot": query_shot}.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, not {value}")
    sentences = labelled_words(dataset)
    counts = [Counter(span.label for span in read_spans(sentence.labels, "plain")) for sentence in sentences]
    # In the order of the labels, of which those of other splits may be some.
    types = [name for name in entity_types(dataset) if any(name in of_row for of_row in counts)]
    if way > len(types):
        raise ValueError(f"episodes of {way} types cannot be drawn: the sentences have {', '.join(types) or 'none'}")
    # A string as seed is hashed the same way in every process and on every platform.
    draw = random.Random(f"{seed}-{way}-{shot}-{query_shot}")
    for _ in range(number):
        chosen, support, query = _draw(counts, types, way, shot, query_shot, draw)
        yield Episode(tuple(chosen), [sentences[row] for row in support], [sentences[row] for row in query])


def _draw(
    counts: _Counts, types: Sequence[str], way: int, shot: int, query_shot: int, draw: random.Random
) -> tuple[list[str], list[int], list[int]]:
    """Draw types and the rows of support and query."""
    lacking = Counter[str]()
    for _ in range(_MOST_TYPE_SETS):
        chosen = draw.sample(types, way)
        among = frozenset(chosen)
        candidates = [row for row, of_row in enumerate(counts) if of_row and among.issuperset(of_row)]
        total = sum((counts[row] for row in candidates), Counter[str]())
        scarcest = min(chosen, key=lambda name: total[name])
        if total[scarcest] < shot + query_shot:
            lacking[scarcest] += 1
            continue
        for _ in range(_ORDERS):
            draw.shuffle(candidates)
            support, lack = _greedy(counts, candidates, chosen, shot)
            if lack is None:
                taken = set(support)
                query, lack = _greedy(counts, [row for row in candidates if row not in taken], chosen, query_shot)
                if lack is None:
                    return chosen, support, query
            lacking[lack] += 1
    scarce, _ = lacking.most_common(1)[0]
    raise ValueError(
        f"no episode of {way} types with {shot} to {2 * shot} entities of each in the support and {query_shot} to "
        f"{2 * query_shot} in the query could be drawn: of {scarce!r}, most often, there are too few in sentences "
        "without entities of other types; try fewer shots or more types"
    )


def _greedy(counts: _Counts, rows: Sequence[int], types: Sequence[str], shot: int) -> tuple[list[int], str | None]:
    """Take rows in their order; return them, and a type for which there were too few.

    What cannot be taken once cannot be taken later, since numbers only grow: one pass is enough.
    """
    drawn: Counter[str] = Counter()
    taken = []
    for row in rows:
        needed = any(drawn[name] < shot for name in counts[row])
        if needed and all(drawn[name] + more <= 2 * shot for name, more in counts[row].items()):
            taken.append(row)
            drawn.update(counts[row])
            if all(drawn[name] >= shot for name in types):
                return taken, None
    return taken, next(name for name in types if drawn[name] < shot)
