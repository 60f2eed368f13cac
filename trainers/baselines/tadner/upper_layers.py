"""The highest layers of an encoder, which examples train, above others whose output is computed once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel

from nuner.modeling_nuner.layer_split import find_layers, lower_output, starting_from

from ...fine_tuning.features import IGNORED
from .arguments import TadNerArguments
from .sentence_reader import ReadSentences, SentenceReader, batches


class LowerStates(NamedTuple):
    """Sentences that have been through the lower layers.

    Args:
        sentences: The sentences.
        states: What the upper layers are given of them, `(rows, length, hidden)`.
    """

    sentences: ReadSentences
    states: Tensor


class UpperLayers:
    """An encoder in two parts: lower layers that stay as they are, and upper ones that learn from examples.

    Examples are few, and each step is one over all of them, with dropout.

    Args:
        encoder: The encoder.
        reader: Tokenizes sentences for it.
        arguments: How it learns.
        averaged_layers: The vectors are means over so many layers, the highest ones.
        seed: Of dropout, which begins anew with each block.
    """

    def __init__(
        self,
        encoder: PreTrainedModel,
        reader: SentenceReader,
        arguments: TadNerArguments,
        averaged_layers: int = 1,
        *,
        seed: int = 0,
    ) -> None:
        self.encoder = encoder.eval().requires_grad_(False)
        self._reader = reader
        self._arguments = arguments
        _, layers = find_layers(encoder)
        self._averaged = min(averaged_layers, len(layers))
        self._seed = seed
        trained = layers[-(arguments.trained_layers or len(layers)) :]
        # The mean needs the output of the layer below its others.
        self._lower = max(0, len(layers) - max(len(trained), self._averaged - 1))
        self._upper, self._upper_layers = starting_from(encoder, self._lower), layers[self._lower :]
        self._parameters = [*chain.from_iterable(layer.parameters() for layer in trained)]

    @torch.no_grad()
    def read(self, sentences: Sequence[Sequence[str]]) -> LowerStates:
        """Tokenize sentences and run the lower layers.

        Args:
            sentences: The words of each; one sentence at least.
        """
        read = self._reader(sentences).to(self.encoder.device)
        inputs = {"input_ids": read.input_ids, "attention_mask": read.attention_mask}
        return LowerStates(read, lower_output(self.encoder, self._lower, **inputs))

    def word_vectors(self, lower: LowerStates) -> Tensor:
        """Run the upper layers.

        Args:
            lower: What `read` gives.

        Returns:
            The vectors of the sentences' words, zeros where the tokenizer leaves nothing of one, `(words, hidden)`.
        """
        states = [lower.states]

        def keep(_: nn.Module, args: tuple[Tensor, ...], output: Tensor | tuple[Tensor, ...]) -> None:
            states.append(output[0] if isinstance(output, tuple) else output)

        # Asked for its hidden states, a part of an encoder gives those of other layers than the whole.
        hooks = [layer.register_forward_hook(keep) for layer in self._upper_layers]
        try:
            output = self._upper(inputs_embeds=lower.states, attention_mask=lower.sentences.attention_mask)
        finally:
            for hook in hooks:
                hook.remove()
        return lower.sentences.words_of(mean_of_last([*states[:-1], output.last_hidden_state], self._averaged))

    @contextmanager
    def fine_tuned(
        self,
        sentences: Sequence[Sequence[str]],
        targets: Sequence[Sequence[int]],
        logits: Callable[[Tensor], Tensor],
        head: Iterable[nn.Parameter] = (),
    ) -> Iterator[None]:
        """Train the upper layers for the length of a block, behind which they are as they were.

        Args:
            sentences: The words of examples.
            targets: The class of each word, or `IGNORED`.
            logits: From vectors of words to the logits of the classes, `(words, hidden)` to `(words, classes)`.
            head: Parameters of `logits` that are trained, too.

        Yields:
            Nothing; use what was trained inside, where gradients are off.
        """
        parts: list[tuple[LowerStates, Tensor]] = []
        for batch in batches(sentences):
            lower = self.read([sentences[i] for i in batch])
            classes = torch.tensor([each for i in batch for each in targets[i]], dtype=torch.long)
            parts.append((lower, classes.to(lower.states.device).masked_fill(~lower.sentences.read, IGNORED)))
        parameters = [*self._parameters, *head]
        before = [parameter.detach().clone() for parameter in parameters]
        for parameter in parameters:
            parameter.requires_grad_(True)
        optimizer = torch.optim.AdamW(parameters, lr=self._arguments.learning_rate, fused=True)
        try:
            with torch.random.fork_rng(), torch.enable_grad():
                torch.manual_seed(self._seed)
                self._upper_layers.train()
                self._fit(parts, logits, optimizer)
            self._upper_layers.eval()
            with torch.no_grad():
                yield
        finally:
            self._upper_layers.eval()
            for parameter, value in zip(parameters, before, strict=True):
                parameter.requires_grad_(False).copy_(value)
                parameter.grad = None

    def _fit(
        self,
        parts: Sequence[tuple[LowerStates, Tensor]],
        logits: Callable[[Tensor], Tensor],
        optimizer: torch.optim.Optimizer,
    ) -> None:
        words = sum(int((classes != IGNORED).sum()) for _, classes in parts)
        least, not_less = math.inf, 0
        for _ in range(self._arguments.steps if words else 0):
            optimizer.zero_grad()
            loss = 0.0
            for lower, classes in parts:
                scores = logits(self.word_vectors(lower))
                part = cross_entropy(scores, classes, ignore_index=IGNORED, reduction="sum") / words
                part.backward()
                loss += part.item()
            not_less = 0 if loss < least else not_less + 1
            if not_less == self._arguments.patience:
                break
            least = min(least, loss)
            optimizer.step()


def mean_of_last(hidden_states: Sequence[Tensor], number: int) -> Tensor:
    """Average the output of the highest layers.

    Args:
        hidden_states: The output of the embeddings and of each layer, `(rows, length, hidden)` each.
        number: How many layers.
    """
    return torch.stack([*hidden_states[-number:]]).mean(0)
