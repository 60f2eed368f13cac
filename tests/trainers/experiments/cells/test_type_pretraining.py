"""A cell that pre-trains by types: what it tells, where its encoder lies, and what a table makes of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.tiny_ablations import MEASURING, write_corpus

from nuner.trainers.experiments.catalog.few_shot_frozen import FEW_SHOT_FROZEN, FewShotFrozenSettings
from nuner.trainers.experiments.cells.corpus_choice import CorpusChoice
from nuner.trainers.experiments.cells.encoder import Encoder
from nuner.trainers.experiments.cells.trained_encoder import bi_encoder, text_encoder
from nuner.trainers.experiments.cells.type_pretraining import TypePretraining
from nuner.trainers.experiments.runner.run import run_cells

QUICK = {"num_train_epochs": 1, "per_device_train_batch_size": 8, "frozen_share": 0.5}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("corpus") / "corpus.jsonl")


@pytest.fixture(scope="module")
def cell(tiny_bert_dir, corpus):
    return TypePretraining("NER-BERT", Encoder(str(tiny_bert_dir)), CorpusChoice(corpus), arguments=QUICK)


def test_what_it_tells_and_where_the_encoder_lies(cell, tmp_path):
    results = run_cells([cell], tmp_path, tell=lambda line: None)
    figures, corpus = results[cell], cell.corpus.load()
    assert figures["sentences"] == corpus.num_rows and figures["concepts"] == 6
    assert figures["steps"] == -(-corpus.num_rows["train"] // 8)
    assert text_encoder(cell, results) == bi_encoder(cell, results)
    assert Path(text_encoder(cell, results), "config.json").is_file()
    assert not list(results.folder(cell).glob("checkpoints*"))


def test_what_bears_on_the_result_is_in_the_fingerprint(cell):
    others = [replace(cell, seed=1), replace(cell, arguments={}), replace(cell, preset="base")]
    assert len({each.fingerprint for each in (cell, *others)}) == 4
    assert replace(cell, name="other").fingerprint == cell.fingerprint


def test_what_cannot_be_computed_is_said_beforehand(cell, tmp_path):
    for changed, message in (
        ({"corpus": CorpusChoice()}, "keep the most frequent ones"),
        ({"arguments": {"learning_rate": "fast"}}, "it must be of type float"),
        ({"arguments": {"frozen_share": 1.0}}, "it must be at least 0 and below 1"),
    ):
        with pytest.raises(ValueError, match=message):
            replace(cell, **changed).check()
    with pytest.raises(FileNotFoundError):
        replace(cell, encoder=Encoder(str(tmp_path / "none"))).check()


def test_a_row_in_few_shot_frozen(tiny_bert_dir, corpus, tmp_path):
    ner_bert = {"text_encoder": str(tiny_bert_dir), "corpus": corpus, "token_classification": {"arguments": QUICK}}
    settings = FewShotFrozenSettings.model_validate(
        {**MEASURING, "ks": [1], "encoders": {"base": str(tiny_bert_dir), "NER-BERT": {**ner_bert, "seeds": [0, 1]}}}
    )
    cells = FEW_SHOT_FROZEN.cells(settings)
    assert [type(cell).__name__ for cell in cells].count("TypePretraining") == 2
    results = run_cells(cells, tmp_path, tell=lambda line: None)
    (table,) = FEW_SHOT_FROZEN.tables(settings, results)
    assert len(table.scores["NER-BERT"]["tickets"][1]) == 2
    assert any("NER-BERT: " in note and "/ 6 /" in note for note in table.notes)
