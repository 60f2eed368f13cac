"""Training of the type classifier's encoder on a source of typed entities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from ...fine_tuning.features import IGNORED
from ...hub_trainer import HubTrainer
from .contrastive_loss import type_aware_contrastive_loss
from .sentence_reader import ReadSentences, SentenceReader
from .upper_layers import mean_of_last


class TypeCollator:
    """Make batches of labelled sentences and the names of the types in them.

    Args:
        reader: Tokenizes sentences.
        names: The words of the name of each type, in the order of the data set's tags.
    """

    def __init__(self, reader: SentenceReader, names: Sequence[Sequence[str]]) -> None:
        self.reader = reader
        self.names = names

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Make a batch.

        Args:
            rows: Sentences with `tokens` and `ner_tags` in IOB2, of which one at least has an entity.

        Returns:
            The `sentences`, the `names` of the types that occur, and the `types` of the words, `(words,)`: places
            among these names, or `IGNORED`.
        """
        # `O` is 0, then come B and I of each type in turn.
        types = torch.tensor([(tag - 1) // 2 if tag else IGNORED for row in rows for tag in row["ner_tags"]])
        present, places = types.unique(return_inverse=True)
        sentences = self.reader([row["tokens"] for row in rows])
        places -= int((present == IGNORED).sum())
        return {
            "input_ids": sentences.input_ids,  # the trainer counts them
            "sentences": sentences,
            "names": self.reader([self.names[int(place)] for place in present if place != IGNORED]),
            "types": torch.where(sentences.read, places, IGNORED),
        }


class TypeTrainer(HubTrainer):
    """`transformers.Trainer` of an encoder by the type-aware contrastive loss.

    Args:
        *args: As for `transformers.Trainer`; the collator is a `TypeCollator`.
        averaged_layers: The vectors are means over so many layers, the highest ones.
        temperature: Of the loss.
        **kwargs: As for `transformers.Trainer`.
    """

    def __init__(self, *args: Any, averaged_layers: int, temperature: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.averaged_layers = averaged_layers
        self.temperature = temperature

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """Compute the loss of a batch.

        Args:
            model: The encoder.
            inputs: What the collator gives.
            return_outputs: Not asked for.
            num_items_in_batch: Not looked at.
        """
        types: Tensor = inputs["types"]
        words = normalize(self._vectors(model, inputs["sentences"]), dim=-1)
        names = inputs["names"].sentence_directions(self._vectors(model, inputs["names"]))
        typed = types != IGNORED
        return type_aware_contrastive_loss(words[typed], names, types[typed], self.temperature)

    def _vectors(self, model: nn.Module, sentences: ReadSentences) -> Tensor:
        output = model(
            input_ids=sentences.input_ids, attention_mask=sentences.attention_mask, output_hidden_states=True
        )
        return sentences.words_of(mean_of_last(output.hidden_states, self.averaged_layers).float())
