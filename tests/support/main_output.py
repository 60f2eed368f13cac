"""What a model of any kind is there for."""

from __future__ import annotations

from typing import Any

import torch


def main_output(output: Any) -> torch.Tensor:
    """Logits, vectors of tokens, or hidden states, whichever an output has."""
    names = ("logits", "token_embeddings", "last_hidden_state")
    return next(output[name] for name in names if name in output)
