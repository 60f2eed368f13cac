"""A cell that pre-trains: what it tells, steps that are those of another one, and what goes wrong."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from support.small_corpus import small_corpus
from support.tiny_ablations import small_encoder, write_corpus

from nuner.trainers.experiments.cells.corpus_choice import CorpusChoice
from nuner.trainers.experiments.cells.encoder import Encoder
from nuner.trainers.experiments.cells.pretraining import Pretraining
from nuner.trainers.experiments.cells.trained_encoder import bi_encoder, text_encoder
from nuner.trainers.experiments.runner.results_folder import ResultsFolder
from nuner.trainers.experiments.runner.run import run_cells
from nuner.trainers.pretraining.run import CHECKPOINTS, pretrain

ARGUMENTS = {
    "num_train_epochs": 1,
    "per_device_train_batch_size": 8,
    "num_frozen_text_layers": 0,
    "num_frozen_concept_layers": 0,
    "cache_frozen_layers": False,
}


@pytest.fixture(scope="module")
def whole(tiny_bert_dir, tmp_path_factory):
    corpus = CorpusChoice(write_corpus(tmp_path_factory.mktemp("corpus") / "corpus.jsonl"))
    arguments = {**small_encoder(tiny_bert_dir)["arguments"], "per_device_train_batch_size": 8}
    return Pretraining("whole", Encoder(str(tiny_bert_dir)), corpus, arguments=arguments)


def test_as_many_steps_as_with_the_whole_corpus(whole, tmp_path):
    few = replace(whole.corpus, options={"max_examples": 30})
    of_epochs = replace(whole, name="epochs", corpus=few)
    of_steps = replace(whole, name="steps", corpus=few, steps_of=whole)
    assert len({cell.fingerprint for cell in (whole, of_epochs, of_steps)}) == 3
    results = run_cells([of_steps, of_epochs], tmp_path, tell=lambda line: None)
    assert results[of_epochs]["steps"] < results[of_steps]["steps"] == results[whole]["steps"]
    assert results[of_steps]["sentences"] == results[of_epochs]["sentences"]
    assert not list(results.folder(of_steps).glob("checkpoints*"))


def test_it_counts_what_is_learnt_from(whole, tmp_path):
    result = run_cells([whole], tmp_path, tell=lambda line: None)[whole]
    corpus = whole.corpus.load()
    concepts = [entity["concept"] for row in corpus["train"] for entity in row["entities"]]
    assert (result["annotations"], result["concepts"]) == (len(concepts), len(set(concepts)))
    assert result["sentences"] == corpus.num_rows


def test_what_has_not_learnt_is_a_result_with_the_reason(tiny_bert_dir, tmp_path):
    known = ResultsFolder(tmp_path / "experiments")
    corpus = CorpusChoice(options={"max_examples": 400})
    flat = Pretraining("NuNER", Encoder(str(tiny_bert_dir)), corpus, arguments={**ARGUMENTS, "learning_rate": 1e-9})
    result = flat.compute(known, lambda line: None)
    assert result["not_learnt"].startswith("The run has not learnt")
    for folder in (text_encoder(flat, known), bi_encoder(flat, known)):
        assert Path(folder, "config.json").is_file()
    assert not (known.folder(flat) / CHECKPOINTS).exists()


def test_checkpoints_of_an_encoder_that_has_moved_since_are_not_gone_on_with(tiny_bert_dir, tmp_path):
    small_corpus(40).to_json(tmp_path / "corpus.jsonl")

    def cell(encoder):
        corpus = CorpusChoice(str(tmp_path / "corpus.jsonl"))
        return Pretraining("NuNER", Encoder(str(encoder)), corpus, arguments=ARGUMENTS)

    known = ResultsFolder(tmp_path / "experiments")
    moved = cell(shutil.copytree(tiny_bert_dir, tmp_path / "moved"))
    assert moved.fingerprint == cell(tiny_bert_dir).fingerprint
    corpus = moved.corpus.load()
    pretrain(tiny_bert_dir, corpus, known.folder(moved), preset="quickstart", tell=lambda line: None, **ARGUMENTS)
    assert any((known.folder(moved) / CHECKPOINTS).glob("checkpoint-*"))
    result = moved.compute(known, lambda line: None)
    assert (
        result == cell(tiny_bert_dir).compute(ResultsFolder(tmp_path / "other"), lambda line: None)
        and result["steps"] > 0
    )
