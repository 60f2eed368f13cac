"""One encoder that learns from a language or from all of them, measured in each."""

import pytest
from support.tiny_ablations import make_up, settings_of, small_encoder

from nuner.trainers.experiments.catalog.multilingual import MULTILINGUAL
from nuner.trainers.experiments.cells.pretraining import Pretraining

CORPORA = {"English": {"options": {"languages": ["en"]}}, "all": {"options": {"languages": ["all"]}}}


@pytest.fixture
def settings(tiny_bert_dir):
    data_sets = {"English": "support-tickets", "French": "support-tickets"}
    return settings_of(MULTILINGUAL, encoder=small_encoder(tiny_bert_dir), corpora=CORPORA, data_sets=data_sets)


def test_a_language_is_a_group(settings, tmp_path):
    score = {"base encoder": 20, "English": 30, "all": 45}
    (table,) = make_up(MULTILINGUAL, settings, tmp_path, score.__getitem__)
    assert (table.rows, table.groups) == (["base encoder", "English", "all"], ["English", "French"])
    assert (table.gain("English"), table.gain("all")) == (10, 25)
    assert [claim.verdict for claim in MULTILINGUAL.claims(settings, [table])] == ["holds", "holds"]


def test_the_corpora_are_different(settings):
    training = [cell for cell in MULTILINGUAL.cells(settings) if isinstance(cell, Pretraining)]
    assert len({cell.fingerprint for cell in training}) == 2
    assert [len(set(cell.corpus.load()["train"]["language"])) for cell in training] == [1, 8]
