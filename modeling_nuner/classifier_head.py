"""The classifier over the vectors of tokens: one linear layer, or two with dropout (section 6)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class HeadLinear(nn.Module):
    """A linear layer that methods which adapt "all linear layers" leave alone.

    peft trains and saves the module `classifier` whole. Adapters inside of it, which `target_modules="all-linear"`
    would put into each `nn.Linear`, could be saved, but not be loaded again.

    Args:
        in_features: Length of the vectors that it takes.
        out_features: Length of those that it gives.
    """

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        self.bias = nn.Parameter(torch.empty(out_features))
        nn.Linear.reset_parameters(self)  # pyright: ignore[reportArgumentType]

    def forward(self, vectors: Tensor) -> Tensor:
        """Apply the layer.

        Args:
            vectors: `(..., in_features)`.

        Returns:
            `(..., out_features)`.
        """
        return nn.functional.linear(vectors, self.weight, self.bias)


class ClassifierHead(nn.Sequential):
    """Linear layers with dropout in front of each; to others it is one layer, whose weight is that of the last.

    Args:
        width: Length of the vectors of tokens.
        hidden_size: Length of the vectors between two layers.
        num_labels: How many labels there are.
        num_layers: 1 or 2.
        dropout: Probability of dropout in front of each layer.

    Example:
        ```python
        >>> import torch
        >>> from nuner.modeling_nuner.classifier_head import ClassifierHead
        >>> head = ClassifierHead(width=32, hidden_size=32, num_labels=5, num_layers=2, dropout=0.1)
        >>> head(torch.zeros(3, 32)).shape, head.weight.shape
        (torch.Size([3, 5]), torch.Size([5, 32]))

        ```
    """

    def __init__(self, width: int, hidden_size: int, num_labels: int, num_layers: int, dropout: float) -> None:
        hidden = [nn.Dropout(dropout), HeadLinear(width, hidden_size), nn.GELU()] if num_layers == 2 else []
        super().__init__(*hidden, nn.Dropout(dropout), HeadLinear(hidden_size if hidden else width, num_labels))

    @property
    def last(self) -> HeadLinear:
        """The layer that gives the logits."""
        layer = self[-1]
        assert isinstance(layer, HeadLinear)
        return layer

    @property
    def weight(self) -> nn.Parameter:
        """Weight of the layer that gives the logits, `(labels, in_features)`."""
        return self.last.weight

    @property
    def bias(self) -> nn.Parameter:
        """Bias of the layer that gives the logits, `(labels,)`."""
        return self.last.bias

    def __setattr__(self, name: str, value: Any) -> None:
        # peft sets both, as it would those of an `nn.Linear`, where it puts the trained classifier in its place.
        if name in ("weight", "bias"):
            setattr(self.last, name, value)
        else:
            super().__setattr__(name, value)
