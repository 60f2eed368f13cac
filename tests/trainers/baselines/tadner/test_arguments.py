import pytest

from nuner.trainers.baselines.tadner.arguments import TadNerArguments


@pytest.mark.parametrize(
    "argument",
    [
        {"source_epochs": 0},
        {"batch_size": 0},
        {"steps": -1},
        {"trained_layers": 0},
        {"averaged_layers": 0},
        {"max_length": 7},
        {"temperature": 0.0},
        {"learning_rate": float("nan")},
        {"source_learning_rate": -1.0},
    ],
)
def test_what_makes_no_sense_is_named(argument):
    with pytest.raises(ValueError, match=next(iter(argument))):
        TadNerArguments(**argument)


def test_a_small_source_is_gone_through_more_often():
    arguments = TadNerArguments(batch_size=32)
    assert [arguments.epochs_over(number) for number in (10, 320, 2507, 100_000)] == [120, 12, 3, 3]
    assert TadNerArguments(source_epochs=2).epochs_over(10) == 2
