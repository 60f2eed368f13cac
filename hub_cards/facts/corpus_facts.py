"""What is known about how a corpus came to be, kept as JSON beside it; its card is written from this."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .facts_file import read_facts, write_facts

CORPUS_FACTS_FILE = "corpus_facts.json"


@dataclass
class AnnotationFacts:
    """How the entities of a corpus were marked.

    Args:
        model: The language model that marked them.
        prompt: Fingerprint of the prompt, or its name.
        first_day: Day of the first reply, ISO 8601.
        last_day: Day of the last one.
        prompt_tokens: Tokens sent to the model.
        completion_tokens: Tokens that it wrote.
        cost: What it cost, with the currency, such as `$12.40`.
        yields: What came of each step -> how many: sentences asked, replies read, entities kept, ...
        review: What a person who looked at a sample found.
    """

    model: str | None = None
    prompt: str | None = None
    first_day: str | None = None
    last_day: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: str | None = None
    yields: dict[str, int] = field(default_factory=dict)
    review: str | None = None


@dataclass
class CorpusFacts:
    """What is known about a corpus; what is not stays out of the card.

    Args:
        name: What to call it.
        license: License of the text and the annotations, as the Hub names it (`cc-by-4.0`, `other`, ...).
        license_note: What there is to say about it, such as where the text is from and what its owners allow.
        languages: ISO 639-1 codes of the text.
        sources: Where the sentences are from -> how many.
        statistics: `CorpusStatistics.to_dict()`.
        options: How the corpus was chosen from its source: option -> value.
        left_out: Reason -> how many records and annotations could not be used.
        annotation: How it was annotated.
        picture: File name of the rank-frequency picture in the folder of the corpus.
        personal_information: What is known about persons in the text; a general note when left out.
    """

    name: str | None = None
    license: str | None = None
    license_note: str | None = None
    languages: list[str] = field(default_factory=list)
    sources: dict[str, int] = field(default_factory=dict)
    statistics: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    annotation: AnnotationFacts | None = None
    picture: str | None = None
    personal_information: str | None = None

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> CorpusFacts:
        """Read the facts that lie beside a corpus.

        Args:
            folder: The corpus.

        Returns:
            The facts, empty where there is no file.

        Raises:
            ValueError: If the file is not what `save` writes.
        """
        return read_facts(Path(folder) / CORPUS_FACTS_FILE, cls._from_dict) or cls()

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write the facts beside a corpus; what is not known is left out.

        Args:
            folder: The corpus.

        Returns:
            The file.
        """
        return write_facts(Path(folder) / CORPUS_FACTS_FILE, self)

    @classmethod
    def _from_dict(cls, values: dict[str, Any]) -> CorpusFacts:
        if values.get("annotation") is not None:
            values = {**values, "annotation": AnnotationFacts(**values["annotation"])}
        return cls(**values)
