"""Each preset of each experiment can be read, and the default, whose data are at hand, says which cells there are."""

import pytest

from nuner.trainers.experiments.all_experiments import EXPERIMENTS
from nuner.trainers.experiments.settings.reading import preset_names, read_settings, settings_text


def settings_of(name, preset):
    return read_settings(EXPERIMENTS[name].settings, settings_text(name, preset), preset)


@pytest.mark.parametrize(("name", "preset"), [(name, each) for name in EXPERIMENTS for each in preset_names(name)])
def test_a_preset_can_be_read(name, preset):
    assert settings_of(name, preset)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_default_names_cells_each_once(name):
    cells = EXPERIMENTS[name].cells(settings_of(name, "default"))
    assert cells
    assert all(cell not in cells[:number] for number, cell in enumerate(cells))
