"""More and more sentences, with as many epochs and with as many steps."""

import pytest
from support.tiny_ablations import compute, make_up, settings_of, small_encoder, write_corpus

from nuner.trainers.experiments.catalog.dataset_size import DATASET_SIZE
from nuner.trainers.experiments.cells.pretraining import Pretraining

EPOCHS = ["250 sentences", "1,000 sentences", "all sentences"]
STEPS = [f"{row}, steps held equal" for row in EPOCHS]


@pytest.fixture
def settings(tiny_bert_dir):
    encoder = {**small_encoder(tiny_bert_dir), "seeds": [0, 1]}
    return settings_of(DATASET_SIZE, encoder=encoder, sizes=[250, 1000, "all"])


def test_each_run_has_the_steps_of_the_largest_with_its_seed(settings):
    training = [cell for cell in DATASET_SIZE.cells(settings) if isinstance(cell, Pretraining)]
    assert [(cell.name, cell.seed) for cell in training] == [
        (row, seed) for row in (*EPOCHS, *STEPS[:-1]) for seed in (0, 1)
    ]
    largest = training[4:6]
    assert [cell.steps_of for cell in training] == [None] * 6 + largest * 2


def test_two_lines_against_the_number_of_sentences(settings, tmp_path):
    score = dict(zip(EPOCHS, (30, 45, 50), strict=True))
    sentences = dict(zip(EPOCHS, (250, 1000, 5280), strict=True))
    (table,) = make_up(
        DATASET_SIZE,
        settings,
        tmp_path,
        lambda row: score.get(row.partition(",  ")[0], 20),
        lambda row: {"sentences": {"train": sentences[row.removesuffix(", steps held equal")] - 50, "validation": 50}},
    )
    assert [table.x[row] for row in (*EPOCHS, *STEPS)] == [250, 1000, 5280] * 2
    assert len(set(table.series.values())) == 2
    claims = DATASET_SIZE.claims(settings, [table])
    assert [claim.verdict for claim in claims[:2]] == ["holds", "holds"]
    assert len(claims) == 4


def test_sizes_beyond_the_corpus_are_no_doubling(settings, tmp_path):
    (table,) = make_up(DATASET_SIZE, settings, tmp_path, lambda row: 20)
    assert len(DATASET_SIZE.claims(settings, [table])) == 2


def test_from_end_to_end(tiny_bert_dir, tmp_path):
    result = compute(
        DATASET_SIZE,
        tmp_path,
        encoder=small_encoder(tiny_bert_dir, per_device_train_batch_size=8),
        corpus=write_corpus(tmp_path / "corpus.jsonl"),
        sizes=[30, "all"],
    )
    (table,) = result["tables"]
    rows = ["30 sentences", "all sentences", "30 sentences, steps held equal", "all sentences, steps held equal"]
    assert list(table["scores"]) == ["base encoder", *rows]
    assert table["x"]["30 sentences"] == table["x"]["30 sentences, steps held equal"] == 30
    assert table["scores"][rows[1]] == table["scores"][rows[3]]
