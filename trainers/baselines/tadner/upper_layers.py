"""The highest layers of an encoder, which examples train, above others whose output is computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

import torch
from torch import Tensor, nn

from nuner.modeling_nuner.layer_split import find_layers, lower_output, starting_from

from .sentence_reader import ReadSentences


class UpperLayers:
    """An encoder in two parts: lower layers that stay as they are, and upper ones.

    Args:
        encoder: The encoder; it is put into evaluation mode, so that there is nothing random in what follows.
        trained_layers: How many of its layers are trained, the highest ones.
        averaged_layers: The vectors are means over so many layers, the highest ones.
    """

    def __init__(self, encoder: nn.Module, trained_layers: int, averaged_layers: int = 1) -> None:
        self.encoder = encoder.eval().requires_grad_(False)
        _, layers = find_layers(encoder)
        self.averaged = min(averaged_layers, len(layers))
        # The mean needs the output of the layer below its others.
        self._lower = max(0, len(layers) - max(trained_layers, self.averaged - 1))
        self._upper = starting_from(encoder, self._lower)
        self.parameters = [*chain.from_iterable(layer.parameters() for layer in layers[-trained_layers:])]

    @torch.no_grad()
    def lower_states(self, sentences: ReadSentences) -> Tensor:
        """Compute what the upper layers are given, `(rows, length, hidden)`."""
        return lower_output(
            self.encoder, self._lower, input_ids=sentences.input_ids, attention_mask=sentences.attention_mask
        )

    def word_vectors(self, sentences: ReadSentences, lower_states: Tensor) -> Tensor:
        """Compute the vectors of words, `(words, hidden)`."""
        output = self._upper(
            inputs_embeds=lower_states, attention_mask=sentences.attention_mask, output_hidden_states=True
        )
        return sentences.words_of(mean_of_last(output.hidden_states, self.averaged))


def mean_of_last(hidden_states: Sequence[Tensor], number: int) -> Tensor:
    """Average the output of the highest layers.

    Args:
        hidden_states: The output of the embeddings and of each layer, `(rows, length, hidden)` each.
        number: How many layers.
    """
    return torch.stack([*hidden_states[-number:]]).mean(0)


@contextmanager
def fine_tuned(
    parameters: Sequence[nn.Parameter], loss: Callable[[], Tensor], *, steps: int, learning_rate: float
) -> Iterator[None]:
    """Train parameters for the length of a block, behind which they are as they were.

    Args:
        parameters: The parameters.
        loss: Computes what becomes less.
        steps: How many steps to take.
        learning_rate: Of AdamW.

    Yields:
        Nothing; use what was trained inside.
    """
    kept = [parameter.detach().clone() for parameter in parameters]
    for parameter in parameters:
        parameter.requires_grad_(True)
    optimizer = torch.optim.AdamW(parameters, lr=learning_rate)
    try:
        for _ in range(steps):
            optimizer.zero_grad()
            loss().backward()
            optimizer.step()
        with torch.no_grad():
            yield
    finally:
        for parameter, before in zip(parameters, kept, strict=True):
            parameter.requires_grad_(False).copy_(before)
            parameter.grad = None
