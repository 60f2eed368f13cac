import math

import torch
from torch.nn.functional import normalize

from nuner.trainers.baselines.tadner.contrastive_loss import type_aware_contrastive_loss


def dense_loss(words, names, types, temperature):
    """The loss as the paper writes it, word by word."""
    losses = []
    for i in range(len(words)):
        left = torch.cat([names[types[i]], words[i]])
        similarities = [
            (left @ torch.cat([words[j], names[types[j]]])).item() / 2 / temperature for j in range(len(words))
        ]
        total = sum(map(math.exp, similarities))
        of_type = [j for j in range(len(words)) if types[j] == types[i]]
        losses.append(-sum(math.log(math.exp(similarities[j]) / total) for j in of_type) / len(of_type))
    return sum(losses) / len(losses)


def test_it_is_the_loss_of_the_pairs_word_by_word():
    torch.manual_seed(0)
    words, names = normalize(torch.randn(7, 5), dim=-1), normalize(torch.randn(4, 5), dim=-1)
    types = torch.tensor([0, 3, 3, 1, 0, 0, 3])  # one word of type 1, none of type 2
    for temperature in (0.1, 1.0):
        loss = type_aware_contrastive_loss(words, names, types, temperature)
        assert math.isclose(loss.item(), dense_loss(words, names, types, temperature), rel_tol=1e-5)


def test_its_gradient_is_that_of_finite_differences():
    torch.manual_seed(0)
    words = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    names = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    types = torch.tensor([0, 1, 1, 0])
    assert torch.autograd.gradcheck(
        lambda words, names: type_aware_contrastive_loss(words, names, types, 0.5), (words, names)
    )


def test_without_a_word_it_is_nothing_and_can_still_be_learnt_from():
    words = torch.randn(3, 5, requires_grad=True)
    loss = type_aware_contrastive_loss(words[:0], torch.randn(2, 5), torch.tensor([], dtype=torch.long), 0.1)
    loss.backward()
    assert loss.item() == 0
    assert words.grad is not None and not words.grad.any()
