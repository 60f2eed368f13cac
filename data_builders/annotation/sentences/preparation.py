"""Raw sentences for annotation: read, divided, filtered, sampled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ...hash_sample import HashSample
from ...rejections import Rejections
from .filters import SentenceFilters
from .raw_sentence import RawSentence, raw_sentence
from .recently_seen import RecentlySeen
from .segmentation import DEFAULT_LANGUAGE, split_sentences
from .sources import SourceText, TextSource

REPEATED = "repeated"
OTHER_LANGUAGE = "texts in another language"

_REJECTIONS_KEPT = 1000


@dataclass
class SentenceReport:
    """What became of a source.

    Args:
        texts: Texts that were read.
        sentences: Sentences in them, before any filter.
        kept: Sentences that passed; of them a sample may have been drawn.
        left_out: Reason -> sentences (or texts, of another language) that were left out.
        rejections: The rows that could not be read, with file and line.
    """

    texts: int = 0
    sentences: int = 0
    kept: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    rejections: Rejections = field(default_factory=lambda: Rejections(max_items=_REJECTIONS_KEPT))

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON; of the rejections, the first ones."""
        return {
            "texts": self.texts,
            "sentences": self.sentences,
            "kept": self.kept,
            "left_out": dict(self.left_out),
            "rejected_rows": len(self.rejections),
            "rejection_reasons": self.rejections.counts(),
            "rejections": self.rejections.to_list(),
        }


def read_sentences(
    source: TextSource | str,
    *,
    languages: Sequence[str] | None = None,
    segment: bool = True,
    filters: SentenceFilters | None = None,
    keep_repeated: bool = False,
    sample: int | None = None,
    seed: int = 0,
    max_texts: int | None = None,
    report: SentenceReport | None = None,
) -> Iterator[RawSentence]:
    """Yield raw sentences from a source of any length, at constant memory.

    Args:
        source: Where the text is; a string is one file or data set.
        languages: Languages to keep where the source has a column for it; all by default. Without such a column
            the one language of the source, English by default. It also decides how sentences are divided.
        segment: Whether texts are divided into sentences; without, each text is one.
        filters: Which sentences are left out; those of `SentenceFilters()` by default.
        keep_repeated: Whether a sentence may occur again. A repetition is noticed by a table of bounded size.
        sample: Draw so many sentences at random from the whole stream, which is read to its end first. They come
            in random order. The same seed draws the same ones, whatever the order of the source.
        seed: Another seed draws others.
        max_texts: Read no more than so many texts.
        report: Is filled on the way.

    Returns:
        Rows of `RAW_SENTENCE_FEATURES`; for a data set, pass them to `datasets.Dataset.from_generator`.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If the options contradict each other, or the source cannot be read.

    Example:
        ```python
        >>> import tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "notes.txt")
        ...     _ = path.write_text("Dr. Smith left at 5 p.m. on Monday. Why?")
        ...     [row["text"] for row in read_sentences(str(path))]
        ['Dr. Smith left at 5 p.m. on Monday.']

        ```
    """
    source = TextSource([source]) if isinstance(source, str) else source
    report = SentenceReport() if report is None else report
    codes = [code.lower() for code in languages or ()]
    if source.language_column is None and len(codes) > 1:
        raise ValueError("Several languages are given, and no column that tells them apart.")
    if max_texts is not None and max_texts < 1:
        raise ValueError(f"max_texts is {max_texts}; it must be at least 1.")
    texts = _in_languages(islice(source.texts(report.rejections), max_texts), codes, report)
    divided = _sentences(texts, segment, report)
    kept = _filtered(divided, filters or SentenceFilters(), keep_repeated, report)
    return kept if sample is None else _sampled(kept, HashSample(sample, seed))


def _in_languages(texts: Iterable[SourceText], codes: Sequence[str], report: SentenceReport) -> Iterator[SourceText]:
    only = codes[0] if codes else DEFAULT_LANGUAGE
    for text in texts:
        report.texts += 1
        if text.language is None:
            yield text._replace(language=only)
        elif codes and text.language not in codes:
            report.left_out[OTHER_LANGUAGE] += 1
        else:
            yield text


def _sentences(texts: Iterable[SourceText], segment: bool, report: SentenceReport) -> Iterator[RawSentence]:
    for text in texts:
        language = text.language or DEFAULT_LANGUAGE
        sentences = split_sentences(text.text, language) if segment else filter(None, [text.text.strip()])
        for sentence in sentences:
            report.sentences += 1
            yield raw_sentence(sentence, language, text.source)


def _filtered(
    sentences: Iterable[RawSentence], filters: SentenceFilters, keep_repeated: bool, report: SentenceReport
) -> Iterator[RawSentence]:
    seen = RecentlySeen()
    for sentence in sentences:
        reason = filters.why_left_out(sentence["text"])
        if reason is None and not keep_repeated and seen.add(int(sentence["id"], 16)):
            reason = REPEATED
        if reason is not None:
            report.left_out[reason] += 1
            continue
        report.kept += 1
        yield sentence


def _sampled(sentences: Iterable[RawSentence], sample: HashSample[RawSentence]) -> Iterator[RawSentence]:
    for sentence in sentences:
        sample.offer(sentence["id"], sentence)
    yield from sample.items()
