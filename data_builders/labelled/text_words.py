"""Labelled texts as words with IOB2 tags."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator

from .label_schemes import EntitySpan, write_iob2
from .labelled_text import LabelledText
from .overlaps import keep_longest
from .sentence import LabelledSentence
from .words import split_words

WIDENED = "entities began or ended inside a word and were widened to whole words"
OVERLAPPING = "entities that share words with a longer one were left out"
WORDLESS = "entities that cover no word were left out"
NO_WORD = "texts without a word were left out"


def tag_text(text: LabelledText, notes: Counter[str]) -> LabelledSentence:
    """Bring a text to words with IOB2 tags; of entities that share words the longest stays.

    Args:
        text: The text; its own words are taken, if it has some.
        notes: Counts the entities that were widened or left out.

    Raises:
        ValueError: If the text has no word.
    """
    tokens, spans = spans_at_words(text, notes)
    if not tokens:
        raise ValueError("the text has no word")
    kept = keep_longest(spans)
    notes[OVERLAPPING] += len(spans) - len(kept)
    own = text.text if text.words is None else None
    return LabelledSentence(tokens, write_iob2(kept, len(tokens)), "IOB2", text.file, text.line, own)


def tag_texts(texts: Iterable[LabelledText], notes: Counter[str]) -> Iterator[LabelledSentence]:
    """Bring texts to words with IOB2 tags, and leave out those without a word.

    Args:
        texts: The texts.
        notes: Counts the texts that were left out, and what `tag_text` counts.
    """
    for text in texts:
        if text.words or split_words(text.text):
            yield tag_text(text, notes)
        else:
            notes[NO_WORD] += 1


def spans_at_words(text: LabelledText, notes: Counter[str]) -> tuple[list[str], list[EntitySpan]]:
    """Return the words of a text and its entities at words, which may overlap.

    Args:
        text: The text.
        notes: Counts the entities that were widened to whole words, or left out because they cover none.
    """
    words = split_words(text.text) if text.words is None else text.words
    starts, ends = [word.start for word in words], [word.end for word in words]
    spans: list[EntitySpan] = []
    for start, end, label in text.entities:
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        if first >= last:
            notes[WORDLESS] += 1
            continue
        notes[WIDENED] += starts[first] < start or ends[last - 1] > end
        spans.append(EntitySpan(first, last, label))
    return [word.text for word in words], spans
