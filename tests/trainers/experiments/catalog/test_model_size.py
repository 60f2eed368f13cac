"""Encoders of different size, each with what pre-training makes of it."""

import pytest
from support.tiny_ablations import make_up, settings_of, small_encoder

from nuner.trainers.experiments.catalog.model_size import MODEL_SIZE
from nuner.trainers.experiments.cells.pretraining import Pretraining

# Both are the same encoder, and so have the same base.
SCORES = {"small": 20, "NuNER (small)": 30, "NuNER (large)": 40}


@pytest.fixture
def settings(tiny_bert_dir):
    encoders = {"small": small_encoder(tiny_bert_dir), "large": small_encoder(tiny_bert_dir, learning_rate=1e-4)}
    return settings_of(MODEL_SIZE, encoders=encoders, ks=[1, 4, 16])


def test_each_gains_over_its_own_base(settings, tmp_path):
    (table,) = make_up(MODEL_SIZE, settings, tmp_path, SCORES.__getitem__)
    assert table.references == {"NuNER (small)": "small", "NuNER (large)": "large"}
    assert (table.gain("NuNER (small)"), table.gain("NuNER (large)")) == (10, 20)


def test_each_has_its_own_arguments(settings):
    training = [cell for cell in MODEL_SIZE.cells(settings) if isinstance(cell, Pretraining)]
    assert [cell.arguments.get("learning_rate") for cell in training] == [None, 1e-4]


def test_what_the_paper_found(settings, tmp_path):
    tables = make_up(MODEL_SIZE, settings, tmp_path, SCORES.__getitem__)
    claims = MODEL_SIZE.claims(settings, tables)
    assert [claim.verdict for claim in claims] == ["holds", "holds", "holds", "cannot be told"]
    assert claims[-1].statement == "NuNER (large) gains most over NuNER (small) below k = 10"


def test_small_samples_alone_are_not_compared_with_large_ones(settings, tmp_path):
    settings = settings.model_copy(update={"ks": (1, 4)})
    assert len(MODEL_SIZE.claims(settings, make_up(MODEL_SIZE, settings, tmp_path, SCORES.__getitem__))) == 3


def test_one_encoder_alone(tiny_bert_dir, tmp_path):
    settings = settings_of(MODEL_SIZE, encoders={"small": small_encoder(tiny_bert_dir)})
    tables = make_up(MODEL_SIZE, settings, tmp_path, SCORES.__getitem__)
    assert [claim.statement for claim in MODEL_SIZE.claims(settings, tables)] == [
        "NuNER (small) is better than small in each group at each k"
    ]


def test_a_base_called_as_another_one_after_training_is_refused(tiny_bert_dir):
    encoder = small_encoder(tiny_bert_dir)
    with pytest.raises(ValueError, match=r"an encoder cannot be called 'NuNER \(small\)'"):
        settings_of(MODEL_SIZE, encoders={"small": encoder, "NuNER (small)": encoder})
