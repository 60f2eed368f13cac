import shutil

from support.small_corpus import small_corpus

from nuner.trainers.experiments.cells.corpus_choice import CorpusChoice
from nuner.trainers.experiments.cells.encoder import Encoder
from nuner.trainers.experiments.cells.pretraining import Pretraining, bi_encoder, text_encoder
from nuner.trainers.experiments.runner.results_folder import ResultsFolder
from nuner.trainers.pretraining.run import CHECKPOINTS, pretrain

ARGUMENTS = {
    "num_train_epochs": 1,
    "per_device_train_batch_size": 8,
    "num_frozen_text_layers": 0,
    "num_frozen_concept_layers": 0,
    "cache_frozen_layers": False,
}


def test_what_has_not_learnt_is_a_result_with_the_reason(tiny_bert_dir, tmp_path):
    known = ResultsFolder(tmp_path / "experiments")
    corpus = CorpusChoice(options={"max_examples": 400})
    flat = Pretraining("NuNER", Encoder(str(tiny_bert_dir)), corpus, arguments={**ARGUMENTS, "learning_rate": 1e-9})
    result = flat.compute(known, lambda line: None)
    assert result["not_learnt"].startswith("The run has not learnt")
    for folder in (text_encoder(flat, known), bi_encoder(flat, known)):
        assert (folder / "config.json").is_file()
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
