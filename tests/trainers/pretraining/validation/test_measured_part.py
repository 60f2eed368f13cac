from typing import cast

import pytest
from datasets import Dataset
from support.small_corpus import small_corpus, small_trainer

from nuner import ContrastiveTrainingArguments
from nuner.trainers.pretraining.validation.measured_part import measured_part


def test_a_part_is_random_in_order_and_always_the_same():
    corpus = Dataset.from_dict({"number": list(range(1000))})
    part = measured_part(corpus, 100)["number"][:]
    assert part == measured_part(corpus, 100)["number"][:] == sorted(set(part))
    assert len(part) == 100 and 400 < sum(part) / 100 < 600


@pytest.mark.parametrize("size", [None, 12, 13])
def test_all_are_measured_where_there_are_no_more(size):
    corpus = small_corpus(12)
    assert measured_part(corpus, size) is corpus


def test_a_trainer_measures_the_part_and_shows_how_far_it_is(tiny_bert_dir, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("nuner.trainers.progress._FIRST_LINE", 0.0)
    trainer = small_trainer(tiny_bert_dir, tmp_path, max_eval_samples=5, per_device_eval_batch_size=2)
    assert len(cast(Dataset, trainer.eval_dataset)) == 5
    trainer.evaluate()
    assert "Validation: 1/3" in capsys.readouterr().out
    everything = small_trainer(tiny_bert_dir, tmp_path, max_eval_samples=None)
    assert len(cast(Dataset, everything.eval_dataset)) == 12


def test_nothing_to_measure_is_refused(tmp_path):
    with pytest.raises(ValueError, match="max_eval_samples is 0; it must be at least 1"):
        ContrastiveTrainingArguments(output_dir=str(tmp_path), max_eval_samples=0)
