import pytest
import torch

from nuner.trainers.baselines.tadner.prototypes import FALSE_SPAN, Prototypes

NAMES = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def test_a_span_is_false_where_it_is_further_from_all_prototypes_than_the_support_is_from_its_names():
    # The support is 0.8 from the first name and 0.6 from the second.
    support = torch.tensor([[0.8, 0.0, 0.6], [0.0, 0.6, 0.8]])
    prototypes = Prototypes.of(NAMES, support, torch.tensor([0, 1]))
    assert prototypes.threshold == pytest.approx(0.6)
    queries = torch.tensor(
        [
            [1.0, 0.0, 0.0],  # (1 + 0.8) / 2 = 0.9 to the first
            [0.0, 0.6, 0.8],  # (0.6 + 1) / 2 = 0.8 to the second
            [0.0, 0.0, 1.0],  # (0 + 0.6) / 2 and (0 + 0.8) / 2: nowhere near 0.6
            [-1.0, 0.0, 0.0],
        ]
    )
    assert prototypes.nearest(queries).tolist() == [0, 1, FALSE_SPAN, FALSE_SPAN]


def test_the_prototype_of_several_mentions_is_between_them():
    support = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    prototypes = Prototypes.of(NAMES, support, torch.tensor([0, 0]))
    torch.testing.assert_close(prototypes.examples[0], torch.tensor([0.5**0.5, 0.0, 0.5**0.5]))


def test_a_type_without_a_mention_is_known_by_its_name():
    prototypes = Prototypes.of(NAMES, torch.tensor([[1.0, 0.0, 0.0]]), torch.tensor([0]))
    torch.testing.assert_close(prototypes.examples[1], NAMES[1])
    assert prototypes.nearest(NAMES).tolist() == [0, 1]


def test_without_any_mention_nothing_is_filtered():
    prototypes = Prototypes.of(NAMES, torch.empty(0, 3), torch.tensor([], dtype=torch.long))
    assert prototypes.nearest(torch.tensor([[0.6, 0.8, 0.0], [-0.8, -0.6, 0.0]])).tolist() == [1, 1]


def test_no_span_has_no_type():
    prototypes = Prototypes.of(NAMES, torch.empty(0, 3), torch.tensor([], dtype=torch.long))
    assert prototypes.nearest(torch.empty(0, 3)).tolist() == []
