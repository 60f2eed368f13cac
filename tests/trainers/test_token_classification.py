from typing import Any

import numpy as np
import pytest
from datasets import ClassLabel, Dataset, Features, List, Value
from transformers import AutoTokenizer

from nuner import finetune
from nuner.trainers.token_classification import predicted_tags
from nuner.trainers.word_labels import IGNORED, featurize_labelled

NAMES = ["O", "B-city", "I-city"]
FEATURES = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=NAMES))})


def sentences(num: int) -> Dataset:
    rows = []
    for i in range(num):
        city = ["paris", "london", "berlin"][i % 3]
        words = ["anna", "lives", "in", city, "the", "order"][i % 2 :]
        rows.append({"tokens": words, "ner_tags": [1 if word == city else 0 for word in words]})
    return Dataset.from_list(rows, features=FEATURES)


def test_labels_stand_on_the_first_sub_word(tiny_bert_dir):
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    row = Dataset.from_list([{"tokens": ["xy", "paris"], "ner_tags": [0, 1]}], features=FEATURES)
    features = featurize_labelled(row, tokenizer)[0]
    assert tokenizer.convert_ids_to_tokens(features["input_ids"]) == ["[CLS]", "x", "##y", "paris", "[SEP]"]
    assert features["labels"] == [IGNORED, 0, IGNORED, 1, IGNORED]


def test_long_sentences_are_cut(tiny_bert_dir):
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    features = featurize_labelled(sentences(1), tokenizer, max_length=5)[0]
    assert len(features["input_ids"]) == len(features["labels"]) == 5


def test_predicted_tags_leave_out_what_carries_no_label():
    labels = np.array([[IGNORED, 0, IGNORED, 1], [2, IGNORED, IGNORED, IGNORED]])
    logits = np.zeros((2, 4, 3))
    logits[0, 3, 1] = logits[1, 0, 1] = 1
    assert predicted_tags(logits, labels, NAMES) == ([["O", "B-city"], ["I-city"]], [["O", "B-city"], ["B-city"]])


@pytest.mark.parametrize("layers", [1, 2])
def test_a_recogniser_learns_and_is_reproducible(tiny_bert_dir, tmp_path, layers):
    def run():
        return finetune(
            tiny_bert_dir,
            sentences(18),
            tmp_path,
            eval_dataset=sentences(6),
            epochs=12,
            learning_rate=5e-3,
            num_classifier_layers=layers,
        )

    trainer: Any = run()
    assert trainer.evaluate()["eval_f1"] > 0.9
    assert trainer.model.config.id2label == dict(enumerate(NAMES))
    again: Any = run()
    assert all(again.model.state_dict()[name].equal(weight) for name, weight in trainer.model.state_dict().items())


def test_an_encoder_that_does_not_exist(tmp_path):
    with pytest.raises(OSError, match="no-such-encoder"):
        finetune(tmp_path / "no-such-encoder", sentences(3), tmp_path)
