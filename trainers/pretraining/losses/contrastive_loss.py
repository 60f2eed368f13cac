"""What every loss of the contrastive pre-training is."""

from __future__ import annotations

from typing import Any, Literal, Protocol, get_args

from torch import Tensor

Normalization = Literal["positives", "pairs"]
NORMALIZATIONS: tuple[str, ...] = get_args(Normalization)


class ContrastiveLoss(Protocol):
    """A loss over the tokens and the concepts of a batch, to be handed to `ContrastiveTrainer`.

    Any object with this call and this attribute is one; a frozen dataclass says by its `repr` what it is, which
    `pretrain` keeps with the settings of the run. The trainer uses it in training and in validation alike. It gives
    it vectors in float32, and in a run of several processes the concepts of all of them; it adds nothing but the
    division.

    Requirements:
        - It is a sum over rows: what two halves of them give adds up to what all give, so that processes that share
          a batch learn what one with the whole batch would.
        - It has no parameters of its own: the optimizer trains those of the model.
        - It keeps memory in bounds; rows x columns may be hundreds of millions of logits.

    Attributes:
        normalization: What the sum is divided by, counted over all processes and accumulated batches of a step:
            `"positives"`, the pairs that agree, or `"pairs"`, all pairs of a real token and a concept.

    Example:
        ```python
        >>> from dataclasses import dataclass
        >>> import torch
        >>> @dataclass(frozen=True)
        ... class SquaredLoss:
        ...     normalization = "pairs"
        ...
        ...     def __call__(self, tokens, concepts, positives, token_mask, temperature):
        ...         targets = torch.zeros(len(tokens), len(concepts))
        ...         targets[positives[:, 0], positives[:, 1]] = 1
        ...         scores = (tokens @ concepts.T / temperature).sigmoid()
        ...         return (scores - targets)[token_mask].square().sum()
        >>> tokens, concepts, token_mask = torch.zeros(2, 4), torch.zeros(1, 4), torch.tensor([True, True])
        >>> SquaredLoss()(tokens, concepts, torch.tensor([[0, 0]]), token_mask, temperature=5.0)
        tensor(0.5000)

        ```
    """

    @property
    def normalization(self) -> Normalization:
        """What the sum is divided by."""
        ...

    def __call__(
        self, tokens: Tensor, concepts: Tensor, positives: Tensor, token_mask: Tensor, temperature: float
    ) -> Tensor:
        """Return the loss of a batch, summed.

        Args:
            tokens: Token vectors of the batch, `(rows, hidden_size)`.
            concepts: Vectors of the batch's unique concepts, `(columns, hidden_size)`.
            positives: Row and column of the pairs that agree, `(pairs, 2)`, each pair once and on real tokens only.
            token_mask: True where a row is a real token; special tokens and padding carry no loss. `(rows,)`.
            temperature: Divisor of the dot products.

        Returns:
            The sum, a scalar.
        """
        ...


def check_loss(loss: Any) -> None:
    """Check that an object can be handed to the trainer as its loss.

    Args:
        loss: What was given.

    Raises:
        TypeError: If it cannot be called, is a class, or does not say what its sum is divided by.
        ValueError: If that is neither `"positives"` nor `"pairs"`.
    """
    if isinstance(loss, type):
        raise TypeError(f"the loss is the class {loss.__name__}; hand over an object of it, {loss.__name__}()")
    if not hasattr(loss, "normalization"):
        choices = " or ".join(repr(choice) for choice in NORMALIZATIONS)
        raise TypeError(
            f"the loss {loss!r} does not say what its sum is divided by: it needs an attribute `normalization`, "
            f"{choices}, as ContrastiveLoss has it"
        )
    check_normalization(loss.normalization, f"the normalization of {type(loss).__name__}")
    if not callable(loss):
        raise TypeError(f"the loss {loss!r} cannot be called; it needs the call of ContrastiveLoss")


def check_normalization(normalization: str, name: str = "loss_normalization") -> None:
    """Check that there is such a divisor.

    Args:
        normalization: What was given.
        name: What the user calls it.

    Raises:
        ValueError: If it is neither `"positives"` nor `"pairs"`.
    """
    if normalization not in NORMALIZATIONS:
        choices = " or ".join(repr(choice) for choice in NORMALIZATIONS)
        raise ValueError(f"{name} is {normalization!r}; it must be {choices}.")
