"""Raw text to annotated corpora, and downstream data sets, as `datasets`.

Names are imported when they are first used, so that `import nuner.data_builders` stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Public name -> the module of this package that defines it.
_EXPORTS = {
    "CORPUS_FEATURES": "schema",
    "CorpusError": "rejections",
    "CorpusReport": "corpus_report",
    "CorpusStatistics": "statistics",
    "EntitySpan": "label_schemes",
    "NuNerCorpus": "corpus",
    "NuNerCorpusConfig": "corpus_config",
    "RecordError": "schema",
    "Rejection": "rejections",
    "Rejections": "rejections",
    "annotation_counts": "sampling",
    "detect_scheme": "label_schemes",
    "entity_types": "labelled",
    "load_labelled": "labelled",
    "locate": "locating",
    "plot_rank_frequency": "statistics",
    "read_spans": "label_schemes",
    "sample_k_shot": "sampling",
    "sentence_id": "schema",
    "split_of": "schema",
    "split_words": "char_spans",
    "tag_words": "char_spans",
    "to_iob2": "label_schemes",
    "validate_record": "schema",
}

__all__ = sorted(_EXPORTS)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_EXPORTS[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_EXPORTS})
