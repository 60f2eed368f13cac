from nuner import FineTuningArguments
from nuner.trainers.fine_tuning.arguments import fitting_epochs


def test_the_length_of_a_training_goes_with_its_size():
    assert FineTuningArguments.preset("default", 8).num_train_epochs == fitting_epochs(8, 8)
    assert FineTuningArguments.preset("default", 8, num_train_epochs=2).num_train_epochs == 2
    assert FineTuningArguments.preset("section-6", 8).num_train_epochs == 30
    epochs = [fitting_epochs(n, 8) for n in (1, 8, 80, 800, 8_000, 80_000)]
    assert epochs == sorted(epochs, reverse=True)
    assert epochs[-1] >= 1
