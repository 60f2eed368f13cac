"""Raw text to annotated corpora, and downstream data sets, as `datasets`.

Names are imported when they are first used, so that `import nuner.data_builders` stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Public name -> the module of this package that defines it.
_EXPORTS = {
    "AlignmentOptions": "annotation.alignment",
    "AnnotationStore": "annotation.store",
    "CORPUS_FEATURES": "schema",
    "CorpusError": "rejections",
    "CorpusReport": "corpus_report",
    "CorpusStatistics": "statistics",
    "EntitySpan": "label_schemes",
    "FinishedSentence": "annotation.finished_sentence",
    "NuNerCorpus": "corpus",
    "NuNerCorpusConfig": "corpus_config",
    "LLMClient": "annotation.client",
    "ParsedReply": "annotation.parsing",
    "Prices": "annotation.cost",
    "Prompt": "annotation.prompt",
    "RAW_SENTENCE_FEATURES": "annotation.raw_sentence",
    "RawEntity": "annotation.raw_entity",
    "RecordError": "schema",
    "Rejection": "rejections",
    "Rejections": "rejections",
    "ReplyError": "annotation.parsing",
    "SentenceFilters": "annotation.sentence_filters",
    "SentenceReport": "annotation.raw_sentences",
    "TextSource": "annotation.sources",
    "align": "annotation.alignment",
    "annotate": "annotation.run",
    "annotation_counts": "sampling",
    "build_corpus": "annotation.corpus_build",
    "corpus_rows": "annotation.corpus_rows",
    "detect_scheme": "label_schemes",
    "entity_types": "labelled",
    "load_labelled": "labelled",
    "locate": "locating",
    "parse_replies": "annotation.parsing",
    "parse_reply": "annotation.parsing",
    "plot_rank_frequency": "statistics",
    "read_sentences": "annotation.raw_sentences",
    "read_spans": "label_schemes",
    "sample_k_shot": "sampling",
    "sentence_id": "schema",
    "split_of": "schema",
    "split_sentences": "annotation.segmentation",
    "split_words": "char_spans",
    "tag_words": "char_spans",
    "to_iob2": "label_schemes",
    "validate_record": "schema",
    "write_sentences": "annotation.sentence_files",
}

__all__ = sorted(_EXPORTS)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_EXPORTS[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_EXPORTS})
