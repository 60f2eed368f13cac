"""A corpus whose concepts are rewritten before a cell learns from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from datasets import DatasetDict

from nuner.data_builders.corpus.concept_rewriting import append_descriptions, spread_concepts

from ..runner.code_version import code_version
from .corpus_choice import CorpusChoice


@dataclass(frozen=True)
class RewrittenCorpus(CorpusChoice):
    """A corpus with other concepts, or more of them.

    Args:
        spread_concepts: Give each entity all concepts that its text has so often or more.
        append_descriptions: Put the descriptions of entities behind their concepts.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.rewritten_corpus import RewrittenCorpus
        >>> str(RewrittenCorpus(options={"lowercase": True}, spread_concepts=2))
        'bundled (lowercase True), concepts spread from 2'

        ```
    """

    spread_concepts: int | None = None
    append_descriptions: bool = False

    def __str__(self) -> str:
        parts = [super().__str__()]
        if self.spread_concepts is not None:
            parts.append(f"concepts spread from {self.spread_concepts}")
        if self.append_descriptions:
            parts.append("descriptions appended")
        return ", ".join(parts)

    @cached_property
    def content(self) -> str:
        """What tells the rows from any others."""
        return " ".join([super().content, str(self), code_version(__name__)])

    def load(self) -> DatasetDict:
        """Read the corpus: `train` and `validation`.

        Raises:
            ValueError: If there are no descriptions to append.
        """
        corpus = super().load()
        if self.spread_concepts is not None:
            corpus = spread_concepts(corpus, self.spread_concepts)
        return append_descriptions(corpus) if self.append_descriptions else corpus
