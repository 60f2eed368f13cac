"""The few-shot comparison of a model with other encoders, for its card."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..facts.training_facts import Source

AVERAGE = "average"


def without_paths(figures: dict[str, Any]) -> dict[str, Any]:
    """Few-shot figures without the paths of the machine that measured them.

    Args:
        figures: What `nuner benchmark` wrote.

    Returns:
        A copy in which folders have become names; ids of the Hub stay.

    Raises:
        ValueError: If the figures are something else.
    """
    FewShotTable(figures)
    measured = {name: value for name, value in figures["measured"].items() if name != "encoders"}
    data_sets = {}
    for name, about in measured["data_sets"].items():
        source = Source.of(about["source"])
        data_sets[name] = {**about, "source": source.hub_id or source.name}
    return {**figures, "measured": {**measured, "data_sets": data_sets}}


@dataclass(frozen=True)
class FewShotTable:
    """What `compare_encoders` measured, read from its JSON.

    Args:
        figures: `FewShotResult.to_dict()`.
        encoder: Name of this model's encoder in it; the last one when left out.

    Raises:
        ValueError: If the figures are something else, or the encoder was not compared.
    """

    figures: dict[str, Any]
    encoder: str | None = None

    def __post_init__(self) -> None:
        """Refuse what `nuner benchmark` does not write."""
        try:
            known = list(self.figures["results"])
            _ = self.ks, self.data_sets, self.seeds
        except (KeyError, TypeError, IndexError) as error:
            raise ValueError("the few-shot figures are not those that `nuner benchmark` writes.") from error
        if self.encoder is not None and self.encoder not in known:
            raise ValueError(f"the few-shot figures know {', '.join(known)}, not the encoder {self.encoder!r}.")

    @property
    def own(self) -> str:
        """Name of this model's encoder."""
        return self.encoder if self.encoder is not None else list(self.figures["results"])[-1]

    @property
    def encoders(self) -> list[str]:
        """Names of all encoders."""
        return list(self.figures["results"])

    @property
    def ks(self) -> list[int]:
        """Annotations a type, ascending."""
        return sorted(self.figures["measured"]["ks"])

    @property
    def seeds(self) -> int:
        """Number of samples for each k."""
        return len(self.figures["measured"]["seeds"])

    @property
    def data_sets(self) -> dict[str, dict[str, Any]]:
        """Data set -> what was tested on."""
        return self.figures["measured"]["data_sets"]

    def rows(self) -> Iterator[tuple[str, str, list[str]]]:
        """Data set, encoder and one cell for each k, in percent."""
        names = [*self.data_sets, AVERAGE] if len(self.data_sets) > 1 else list(self.data_sets)
        for data_set in names:
            for encoder in self.encoders:
                cells = [self.cell(encoder, data_set, k) for k in self.ks]
                yield data_set, encoder, [f"{cell['mean']:.1f} ±{cell['standard_deviation']:.1f}" for cell in cells]

    def cell(self, encoder: str, data_set: str, k: int) -> dict[str, Any]:
        """Mean, standard deviation and scores, in percent.

        Args:
            encoder: Name of an encoder.
            data_set: Name of a data set, or `average`.
            k: Annotations a type.
        """
        return self.figures["results"][encoder][data_set][str(k)]
