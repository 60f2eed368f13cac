from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from nuner.trainers.evaluation.token_scores import macro_token_f1, token_classes


@given(st.integers(1, 5), st.integers(1, 30), st.integers(1, 3), st.integers(0, 1000))
def test_macro_f1_equals_that_of_scikit_learn(num_types, tokens, heads, seed):
    generator = torch.Generator().manual_seed(seed)
    gold = torch.randint(num_types + 1, (tokens,), generator=generator)
    gold[0] = 1
    predictions = torch.randint(num_types + 1, (heads, tokens), generator=generator)
    types = sorted(set(gold.tolist()) - {0})
    options: dict[str, Any] = {"labels": types, "average": "macro", "zero_division": 0.0}
    expected = [f1_score(gold, row, **options) for row in predictions]
    assert macro_token_f1(predictions, gold, num_types).tolist() == pytest.approx(expected)
    assert macro_token_f1(predictions[0], gold, num_types).item() == pytest.approx(expected[0])


def test_the_outside_class_does_not_count():
    gold = torch.tensor([0] * 98 + [1, 2])
    assert macro_token_f1(torch.zeros_like(gold), gold, 2).item() == 0.0
    assert macro_token_f1(gold, gold, 2).item() == 1.0


def test_a_test_set_without_entities_is_refused():
    with pytest.raises(ValueError, match="no token of the test set"):
        macro_token_f1(torch.tensor([1]), torch.tensor([0]), 1)


def test_labels_become_classes_without_position():
    assert token_classes(["O", "B-x", "B-y", "I-y", "I-x"]).tolist() == [0, 1, 2, 2, 1]
