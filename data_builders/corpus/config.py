"""The options of a corpus."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from datasets import BuilderConfig, Dataset, Features, Version
from datasets.data_files import DataFilesDict

from ..rejections import ON_ERROR_CHOICES, OnError
from .readers.records import BUNDLED_FILES, DEFAULT_LANGUAGES
from .selection import folded

CORPUS_VERSION = Version("1.0.0")
BUNDLED = "bundled"
ALL_LANGUAGES = "all"


@dataclass
class NuNerCorpusConfig(BuilderConfig):
    """What `NuNerCorpus` reads and which of it is kept. The arguments are explained there.

    Example:
        ```python
        >>> NuNerCorpusConfig(name="bundled", drop_concepts="Thing").drop_concepts
        ('thing',)

        ```
    """

    version: Version | str | None = CORPUS_VERSION
    dataset: str | Dataset | None = None
    source_split: str | None = None
    max_concepts: int | None = None
    max_examples: int | None = None
    max_annotations: int | None = None
    seed: int = 0
    drop_concepts: Iterable[str] = ("concept",)
    lowercase: bool = False
    languages: Iterable[str] | None = None
    sources: Iterable[str] | None = None
    exclude_sources: Iterable[str] | None = None
    on_error: OnError = "skip"
    source_fingerprint: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.normalize()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NuNerCorpusConfig) and super().__eq__(other)

    def normalize(self) -> None:
        """Check the options and bring equal ones to the same form.

        Raises:
            ValueError: If an option has a value that means nothing.
        """
        for name in ("max_concepts", "max_examples", "max_annotations"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
                raise ValueError(f"{name} is {value!r}; it must be a whole number of at least 1, or None.")
        if not isinstance(self.seed, int) or isinstance(self.seed, bool):
            raise ValueError(f"seed is {self.seed!r}; it must be a whole number.")
        if self.on_error not in ON_ERROR_CHOICES:
            raise ValueError(f"on_error is {self.on_error!r}; it must be one of {', '.join(ON_ERROR_CHOICES)}.")
        self.drop_concepts = _names("drop_concepts", self.drop_concepts)
        for name in ("languages", "sources", "exclude_sources"):
            value = getattr(self, name)
            if value is not None:
                setattr(self, name, _names(name, value))
                if not getattr(self, name):
                    raise ValueError(f"{name} is empty; name at least one, or pass None.")
        if self.sources is not None and self.exclude_sources is not None:
            raise ValueError("A corpus takes the sources to keep or those to exclude, and both are given.")
        self.languages = self._chosen_languages()

    def _chosen_languages(self) -> tuple[str, ...] | None:
        """Return the languages to keep, or None for the default, which differs for the bundled corpus."""
        if self.languages is None:
            return None
        languages = tuple(self.languages)
        if self.name != BUNDLED:
            return None if ALL_LANGUAGES in languages else languages
        unknown = [language for language in languages if language not in (*BUNDLED_FILES, ALL_LANGUAGES)]
        if unknown:
            raise ValueError(
                f"The bundled corpus has no text in {', '.join(map(repr, unknown))}: its languages are "
                f"{', '.join(BUNDLED_FILES)}, or {ALL_LANGUAGES} for all of them."
            )
        languages = tuple(BUNDLED_FILES) if ALL_LANGUAGES in languages else languages
        return None if languages == DEFAULT_LANGUAGES else languages

    def create_config_id(self, config_kwargs: dict[str, Any], custom_features: Features | None = None) -> str:
        """Return the name of the folder that a corpus with these options is cached in.

        `datasets` hashes the options as they were passed, and calls this after setting them one by one on a
        named configuration, past `__post_init__`. Here the options are checked at last, and hashed by what
        they mean: defaults may be spelt out, and the order of a set does not matter.
        """
        self.normalize()
        sampled = self.max_examples is not None or self.max_annotations is not None
        # Options that came later take part where they are given, so that others keep the names of their folders.
        later = {
            "max_annotations": self.max_annotations,
            "sources": self.sources,
            "exclude_sources": self.exclude_sources,
        }
        meaning: dict[str, Any] = {
            **{name: value for name, value in later.items() if value is not None},
            "max_concepts": self.max_concepts,
            "max_examples": self.max_examples,
            "seed": self.seed if sampled else 0,
            "drop_concepts": self.drop_concepts,
            "lowercase": bool(self.lowercase),
            "languages": self.languages,
            "on_error": self.on_error,
            "source": self.source_fingerprint,
            "source_split": self.source_split,
            "files": self._file_states(),
        }
        digest = hashlib.sha256(json.dumps(meaning, sort_keys=True).encode("utf-8")).hexdigest()
        return f"{self.name}-{digest[:16]}"

    def _file_states(self) -> list[tuple[str, str]]:
        """Return each file with what tells its content from another (see `resolve_data_files`)."""
        if not isinstance(self.data_files, DataFilesDict):
            return []
        return [
            (file, "/".join(map(str, origin)))
            for files in self.data_files.values()
            for file, origin in zip(files, files.origin_metadata, strict=True)
        ]


def _names(option: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names lower-cased, with single spaces, sorted, each once; a lone string is one name."""
    listed = [names] if isinstance(names, str) else list(names)
    if not all(isinstance(name, str) and name.strip() for name in listed):
        raise ValueError(f"{option} is {names!r}; it must hold non-empty strings.")
    return tuple(sorted({folded(name) for name in listed}))
