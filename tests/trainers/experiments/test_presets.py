"""Each preset of each experiment can be read, and says which cells there are."""

import pytest

from nuner.trainers.experiments.all_experiments import EXPERIMENTS
from nuner.trainers.experiments.settings.reading import preset_names, read_settings, settings_text


@pytest.mark.parametrize(("name", "preset"), [(name, each) for name in EXPERIMENTS for each in preset_names(name)])
def test_a_preset_names_cells(name, preset):
    experiment = EXPERIMENTS[name]
    settings = read_settings(experiment.settings, settings_text(name, preset), preset)
    cells = experiment.cells(settings)
    assert cells
    assert all(cell not in cells[:number] for number, cell in enumerate(cells))


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_there_is_a_default(name):
    assert "default" in preset_names(name)
