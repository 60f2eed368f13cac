import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score, precision_recall_curve

from nuner.trainers.pretraining.validation.pair_metrics import PairMetrics


@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_scikit_learn(seed):
    generator = torch.Generator().manual_seed(seed)
    targets = torch.rand(300, 40, generator=generator) < 0.03
    logits = torch.randn(300, 40, generator=generator) * 3 + targets * 4 - 2
    metrics = PairMetrics()
    for part in range(0, 300, 100):
        metrics.add(logits[part : part + 100], targets[part : part + 100].nonzero())
    ours = metrics.compute()
    gold, scores = targets.flatten().numpy(), logits.flatten().numpy()
    assert ours["average_precision"] == pytest.approx(average_precision_score(gold, scores), abs=2e-3)
    precision, recall, _ = precision_recall_curve(gold, scores)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    assert ours["f1"] == pytest.approx(f1.max(), abs=2e-3)
    at_threshold = torch.sigmoid(logits) >= ours["threshold"]
    found = (at_threshold & targets).sum().item()
    again = 2 * found / (at_threshold.sum().item() + targets.sum().item())
    assert again == pytest.approx(ours["f1"], abs=5e-3)


def test_without_a_pair_that_agrees_there_is_nothing_to_say():
    metrics = PairMetrics()
    metrics.add(torch.zeros(2, 2), torch.empty(0, 2, dtype=torch.long))
    assert metrics.compute() == {}


def test_logits_out_of_range_are_counted():
    metrics = PairMetrics()
    metrics.add(torch.tensor([[1e6, -1e6]]), torch.tensor([[0, 0]]))
    assert metrics.compute()["average_precision"] == 1.0


def test_scores_that_tell_nothing_are_at_chance():
    targets = torch.rand(2000, 50, generator=torch.Generator().manual_seed(0)) < 0.02
    equal, drawn = PairMetrics(), PairMetrics()
    equal.add(torch.full((2000, 50), -6.15), targets.nonzero())
    logits = 2 * torch.randn(2000, 50, generator=torch.Generator().manual_seed(1))
    drawn.add(logits, targets.nonzero())
    for metrics in (equal.compute(), drawn.compute()):
        assert metrics["chance"] == pytest.approx(targets.float().mean().item())
        assert metrics["average_precision"] == pytest.approx(metrics["chance"], rel=0.1)
    assert equal.compute()["logit_spread"] == pytest.approx(0, abs=1e-3)
    assert drawn.compute()["logit_spread"] == pytest.approx(logits.std().item(), rel=1e-3)
