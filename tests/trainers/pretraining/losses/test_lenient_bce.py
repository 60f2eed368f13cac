"""Similar concepts are no negatives of one another; all else is as in the loss of the paper."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.small_corpus import small_trainer
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, normalize

from nuner.trainers import ContrastiveBCELoss, LenientBCELoss


def problem(seed: int, rows: int = 6, columns: int = 5) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    draw = torch.Generator().manual_seed(seed)
    tokens, concepts = torch.randn(rows, 4, generator=draw), torch.randn(columns, 4, generator=draw)
    mask = torch.rand(rows, generator=draw) > 0.2
    targets = (torch.rand(rows, columns, generator=draw) < 0.3) & mask[:, None]
    return tokens, concepts, mask, targets


def dense_loss(tokens: Tensor, concepts: Tensor, mask: Tensor, targets: Tensor, similarity: float) -> Tensor:
    unit = normalize(concepts.detach() - concepts.detach().mean(0), dim=1)
    counts = torch.ones(targets.shape)
    for row, own in targets.nonzero().tolist():
        counts[row, unit @ unit[own] >= similarity] = 0
    counts[targets] = 1
    counts[~mask] = 0
    return binary_cross_entropy_with_logits(tokens @ concepts.T / 5, targets.float(), counts, reduction="sum")


@given(st.integers(0, 999), st.integers(1, 12), st.integers(2, 9), st.sampled_from([-0.5, 0.0, 0.3, 0.7]))
def test_it_equals_the_dense_loss_and_its_gradients(seed: int, rows: int, columns: int, similarity: float) -> None:
    tokens, concepts, mask, targets = problem(seed, rows, columns)
    leaves = tokens.requires_grad_(), concepts.requires_grad_()
    ours = LenientBCELoss(similarity)(tokens, concepts, targets.nonzero(), mask, 5.0)
    dense = dense_loss(tokens, concepts, mask, targets, similarity)
    assert ours.item() == pytest.approx(dense.item(), rel=1e-5, abs=1e-5)
    for mine, theirs in zip(torch.autograd.grad(ours, leaves), torch.autograd.grad(dense, leaves), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-5)


def test_gradients_are_those_of_finite_differences() -> None:
    tokens, concepts, mask, targets = problem(3)
    leaf, loss, step = tokens.clone().requires_grad_(), LenientBCELoss(0.3), 1e-2
    (gradient,) = torch.autograd.grad(loss(leaf, concepts, targets.nonzero(), mask, 5.0), leaf)
    for place in [(0, 0), (2, 1), (5, 3)]:
        change = torch.zeros_like(tokens)
        change[place] = step
        above, below = (loss(tokens + sign * change, concepts, targets.nonzero(), mask, 5.0) for sign in (1, -1))
        assert gradient[place].item() == pytest.approx((above - below).item() / (2 * step), abs=2e-3)


def test_without_similar_concepts_it_is_the_loss_of_the_paper() -> None:
    tokens, concepts, mask, targets = problem(1)
    arguments = tokens, concepts, targets.nonzero(), mask, 5.0
    assert LenientBCELoss(1.0)(*arguments).item() == pytest.approx(ContrastiveBCELoss()(*arguments).item(), rel=1e-5)


def test_a_positive_is_never_left_out() -> None:
    concepts = torch.tensor([[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0]])
    both = torch.tensor([[0, 0], [0, 1]])
    loss = LenientBCELoss(0.5)(torch.zeros(1, 2), concepts, both, torch.tensor([True]), 5.0)
    assert loss.item() == pytest.approx(3 * math.log(2))


def test_halves_of_the_rows_add_up() -> None:
    tokens, concepts, mask, targets = problem(5, rows=8)
    loss = LenientBCELoss(0.3)
    whole = loss(tokens, concepts, targets.nonzero(), mask, 5.0)
    halves = [
        loss(tokens[part], concepts, targets[part].nonzero(), mask[part], 5.0) for part in (slice(0, 4), slice(4, 8))
    ]
    torch.testing.assert_close(whole, halves[0] + halves[1])


def test_it_trains(tiny_bert_dir: Path, tmp_path: Path) -> None:
    trainer = small_trainer(tiny_bert_dir, tmp_path, loss=LenientBCELoss(0.9), num_train_epochs=8, learning_rate=5e-3)
    before = trainer.evaluate()
    trainer.train()
    assert trainer.evaluate()["eval_loss"] < 0.8 * before["eval_loss"]


@pytest.mark.parametrize("arguments", [{"similarity": 1.5}, {"similarity": -2}, {"normalization": "tokens"}])
def test_what_makes_no_sense_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(arguments))} is .*; it must be"):
        LenientBCELoss(**arguments)
