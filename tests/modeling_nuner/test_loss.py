import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import binary_cross_entropy_with_logits

from nuner.modeling_nuner.loss import contrastive_bce, pair_logits


def random_problem(seed: int, rows: int, columns: int, density: float = 0.1):
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randn(rows, 16, generator=generator, dtype=torch.float32, requires_grad=True)
    concepts = torch.randn(columns, 16, generator=generator, requires_grad=True)
    mask = torch.rand(rows, generator=generator) > 0.2
    targets = (torch.rand(rows, columns, generator=generator) < density) & mask.unsqueeze(1)
    return tokens, concepts, mask, targets


def dense_loss(tokens, concepts, mask, targets, temperature):
    logits = tokens[mask] @ concepts.T / temperature
    return binary_cross_entropy_with_logits(logits, targets[mask].float(), reduction="sum")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 999), st.integers(1, 60), st.integers(1, 20), st.sampled_from([1, 7, 64, 10**6]))
def test_equals_the_dense_loss_and_its_gradients(seed, rows, columns, block):
    tokens, concepts, mask, targets = random_problem(seed, rows, columns)
    loss = contrastive_bce(tokens, concepts, targets.nonzero(), mask, 5.0, max_block_logits=block)
    dense = dense_loss(tokens, concepts, mask, targets, 5.0)
    assert loss.item() == pytest.approx(dense.item(), rel=1e-6, abs=1e-6)
    ours = torch.autograd.grad(loss, (tokens, concepts))
    theirs = torch.autograd.grad(dense, (tokens, concepts))
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-6)


def test_gradients_are_those_of_finite_differences():
    tokens, concepts, mask, targets = random_problem(3, 5, 4, density=0.4)
    tokens, concepts = tokens.detach().double(), concepts.detach().double()

    def loss(t, c):
        return contrastive_bce(t, c, targets.nonzero(), mask)

    numeric = torch.autograd.functional.jacobian(lambda t: dense_loss(t, concepts, mask, targets, 5.0), tokens)
    leaf = tokens.float().requires_grad_()
    (grad,) = torch.autograd.grad(loss(leaf, concepts.float()), leaf)
    torch.testing.assert_close(grad, numeric.float(), rtol=1e-4, atol=1e-6)


def test_extreme_logits_stay_finite():
    tokens = torch.tensor([[1000.0], [-1000.0]], requires_grad=True)
    loss = contrastive_bce(tokens, torch.tensor([[1.0]]), torch.tensor([[0, 0]]), torch.tensor([True, True]), 1.0)
    loss.backward()
    assert loss.item() == pytest.approx(0.0, abs=1e-6)
    assert tokens.grad is not None and bool(tokens.grad.isfinite().all())


def test_special_tokens_carry_no_loss():
    tokens, concepts, mask, targets = random_problem(5, 12, 4)
    loss = contrastive_bce(tokens, concepts, targets.nonzero(), mask)
    loss.backward()
    assert tokens.grad is not None
    assert tokens.grad[~mask].abs().max() == 0
    assert tokens.grad[mask].abs().min() > 0


def test_without_positives_only_negatives_count():
    tokens = torch.zeros(3, 2)
    loss = contrastive_bce(tokens, torch.zeros(4, 2), torch.empty(0, 2, dtype=torch.long), torch.ones(3).bool())
    assert loss.item() == pytest.approx(12 * 0.6931472, rel=1e-6)


def test_pair_logits_divide_by_the_temperature():
    tokens, concepts = torch.tensor([[1.0, 2.0], [0.0, 1.0]]), torch.tensor([[3.0, 4.0]])
    assert pair_logits(tokens, concepts, torch.tensor([[0, 0], [1, 0]]), 2.0).tolist() == [5.5, 2.0]
