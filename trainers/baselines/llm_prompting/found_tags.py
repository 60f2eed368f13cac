"""What a language model found in the sentences of a test set, as a tag a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from datasets import Dataset

from nuner.data_builders.annotation.corpus.rows import YieldCounts, corpus_rows
from nuner.data_builders.annotation.store.store import AnnotationStore
from nuner.data_builders.labelled.labelled_text import LabelledText, TextEntity
from nuner.data_builders.labelled.placed_words import place_sentences
from nuner.data_builders.labelled.text_words import tag_text
from nuner.data_builders.labelled.words import Word
from nuner.data_builders.schema import sentence_id


@dataclass
class FoundTags:
    """The tags, and what was lost on the way to them.

    Args:
        tags: IOB2 tags of each sentence, one a word; a sentence without a usable reply has no entity.
        counts: What became of the replies.
        failed: Reason -> sentences that failed.
        notes: What was changed or left out in bringing entities to words.
    """

    tags: list[list[str]]
    counts: YieldCounts
    failed: dict[str, int]
    notes: Counter[str] = field(default_factory=Counter)


def texts_of(dataset: Dataset) -> list[LabelledText]:
    """Return the sentences of a data set as the model is shown them, with their words in place and no entities.

    Args:
        dataset: A split that `load_labelled` returned.
    """
    own = dataset["text"] if "text" in dataset.column_names else [None] * len(dataset)
    texts = []
    for number, (tokens, placed) in enumerate(
        zip(dataset["tokens"], place_sentences(dataset["tokens"], own), strict=True), 1
    ):
        words = tuple(map(Word, tokens, placed.starts, placed.ends))
        texts.append(LabelledText(placed.text, (), "test", number, words))
    return texts


def found_tags(texts: Sequence[LabelledText], store: AnnotationStore, failed: dict[str, int]) -> FoundTags:
    """Bring the replies of a store to tags.

    Args:
        texts: The sentences, as `texts_of` returned them.
        store: The store of the run.
        failed: Reason -> sentences that failed.
    """
    found = FoundTags([], YieldCounts(), failed)
    ids = {sentence_id(text.text) for text in texts}
    finished = (sentence for sentence in store.finished() if sentence.id in ids)
    rows = {row["id"]: row["entities"] for row in corpus_rows(finished, found.counts, types=store.types())}
    for text in texts:
        entities = (
            TextEntity(each["start"], each["end"], each["concept"]) for each in rows.get(sentence_id(text.text), ())
        )
        tagged = LabelledText(text.text, tuple(entities), text.file, text.line, text.words)
        found.tags.append(tag_text(tagged, found.notes).tags)
    return found
