"""A cell that pre-trains: what it tells, and steps that are those of another one."""

from dataclasses import replace

import pytest
from support.small_experiments import small_encoder, write_corpus

from nuner.trainers.experiments.cells.corpus_choice import CorpusChoice
from nuner.trainers.experiments.cells.encoder import Encoder
from nuner.trainers.experiments.cells.pretraining import Pretraining
from nuner.trainers.experiments.runner.run import run_cells


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
