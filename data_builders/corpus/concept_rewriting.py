"""Give the entities of a corpus other concepts, or more of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from datasets import DatasetDict

from ..schema import TRAIN

Entities = list[dict[str, Any]]


def spread_concepts(corpus: DatasetDict, least: int = 2) -> DatasetDict:
    """Give each entity all concepts that its text has often, since an annotator names but one of those that fit.

    Args:
        corpus: What `NuNerCorpus` builds.
        least: How often a text must have a concept in the split `train`.

    Returns:
        The corpus with more annotations, those of a span one behind the other. They have no description.

    Example:
        ```python
        >>> from nuner import NuNerCorpus
        >>> from nuner.data_builders.corpus.concept_rewriting import spread_concepts
        >>> builder = NuNerCorpus("bundled", max_examples=500)
        >>> builder.download_and_prepare()
        >>> corpus = builder.as_dataset()
        >>> before, after = (sum(map(len, each["train"]["entities"])) for each in (corpus, spread_concepts(corpus)))
        >>> before < after
        True

        ```
    """
    counts = Counter((each["text"], each["concept"]) for entities in corpus[TRAIN]["entities"] for each in entities)
    often: dict[str, list[str]] = {}
    for text, concept in sorted(pair for pair, number in counts.items() if number >= least):
        often.setdefault(text, []).append(concept)

    def rewrite(entities: Entities) -> Entities:
        there = {(each["start"], each["end"], each["concept"]) for each in entities}
        spans = {(each["start"], each["end"]): each["text"] for each in entities}
        more = [
            {"start": start, "end": end, "text": text, "concept": concept, "description": None}
            for (start, end), text in spans.items()
            for concept in often.get(text, ())
            if (start, end, concept) not in there
        ]
        return sorted([*entities, *more], key=lambda each: (each["start"], each["end"]))

    return _rewritten(corpus, rewrite, "Spreading concepts")


def append_descriptions(corpus: DatasetDict) -> DatasetDict:
    """Put the description of each entity behind its concept, as the paper tried (section 3.1).

    The concepts are then many and long: training needs a `max_concept_length` that they fit in.

    Args:
        corpus: What `NuNerCorpus` builds of a corpus with descriptions, which the bundled one has not.

    Returns:
        The corpus with concepts such as `river: a large stream of water`.

    Raises:
        ValueError: If no entity has a description.

    Example:
        ```python
        >>> from datasets import Dataset, DatasetDict
        >>> from nuner.data_builders.corpus.concept_rewriting import append_descriptions
        >>> entity = {"start": 0, "end": 5, "text": "Paris", "concept": "city", "description": "capital of France"}
        >>> corpus = DatasetDict({"train": Dataset.from_list([{"text": "Paris", "entities": [entity]}])})
        >>> append_descriptions(corpus)["train"]["entities"][0][0]["concept"]
        'city: capital of France'

        ```
    """
    if not any(each["description"] for entities in _all_entities(corpus) for each in entities):
        raise ValueError("no entity of the corpus has a description; append_descriptions needs a corpus with some")

    def rewrite(entities: Entities) -> Entities:
        return [
            {**each, "concept": f"{each['concept']}: {each['description']}"} if each["description"] else each
            for each in entities
        ]

    return _rewritten(corpus, rewrite, "Appending descriptions")


def _all_entities(corpus: DatasetDict) -> Iterable[Entities]:
    return (entities for rows in corpus.values() for entities in rows["entities"])


def _rewritten(corpus: DatasetDict, rewrite: Callable[[Entities], Entities], what: str) -> DatasetDict:
    return corpus.map(lambda row: {"entities": rewrite(row["entities"])}, desc=what)
