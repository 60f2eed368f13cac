"""A cell that draws the map of a corpus' concepts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ..concept_map.run import PAGE, PICTURE, RESULTS_FILE, concept_map
from ..runner.cell import Cell, Known
from .corpus_choice import CorpusChoice
from .encoder import Encoder
from .trained_encoder import TrainedEncoder, bi_encoder, check_concept_encoder


@dataclass(frozen=True)
class ConceptMapping(Cell):
    """Lay out the most frequent concepts of a corpus as a bi-encoder sees them (figure 6).

    Args:
        name: What to call the bi-encoder.
        encoder: The bi-encoder, or the cell that trains it.
        corpus: What the concepts are of.
        max_concepts: How many, the most frequent first.
        seed: Of the layout.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.concept_mapping import ConceptMapping
        >>> from nuner.trainers.experiments.cells.corpus_choice import CorpusChoice
        >>> from nuner.trainers.experiments.cells.encoder import Encoder
        >>> ConceptMapping("NuNER", Encoder("runs/nuner"), CorpusChoice(), 5000).title
        'Mapping the concepts of bundled as NuNER sees them'

        ```
    """

    kind: ClassVar[str] = "concept-map"
    files: ClassVar[tuple[str, ...]] = (RESULTS_FILE, PICTURE, PAGE)

    name: str = field(compare=False)
    encoder: Encoder | TrainedEncoder
    corpus: CorpusChoice
    max_concepts: int
    seed: int = 0

    @property
    def title(self) -> str:
        """What is computed, for the user who waits."""
        return f"Mapping the concepts of {self.corpus} as {self.name} sees them"

    def check(self) -> None:
        """Find out whether there is a bi-encoder.

        Raises:
            ValueError: If a folder holds no encoder, or one without a concept encoder.
            FileNotFoundError: If the encoder or the corpus does not exist.
        """
        super().check()
        if isinstance(self.encoder, Encoder):
            self.encoder.check()
        check_concept_encoder(self.encoder)

    def compute(self, known: Known, tell: Callable[[str], None]) -> dict[str, Any]:
        """Draw the map into the folder of the cell.

        Args:
            known: Where the bi-encoder lies that another cell has trained.
            tell: Called with what the user should know.

        Returns:
            What the map shows, in numbers.
        """
        figures = concept_map(
            bi_encoder(self.encoder, known),
            self.corpus.load(),
            known.folder(self),
            name=self.name,
            max_concepts=self.max_concepts,
            seed=self.seed,
            tell=tell,
        )
        return {"corpus": figures["corpus"], "shown": len(figures["concepts"]), "left_out": figures["left_out"]}
