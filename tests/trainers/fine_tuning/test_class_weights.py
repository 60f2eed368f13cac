import pytest
import torch

from nuner.trainers.fine_tuning.class_weights import balanced_weights
from nuner.trainers.fine_tuning.features import IGNORED


def test_balanced_weights_keep_the_size_of_the_loss():
    labels = [[0] * 90 + [1] * 9, [2, IGNORED]]
    weights = balanced_weights(labels, 4)
    assert weights[2] > weights[1] > weights[0]
    assert float(weights[:3] @ torch.tensor([90.0, 9.0, 1.0])) == pytest.approx(100)
    assert weights[3] == 1.0
