from typing import Any

import pytest
import torch
from datasets import ClassLabel, Dataset, Features, List, Value
from support.labelled_cities import FEATURES, NAMES, city_sentences
from transformers import AutoTokenizer

from nuner import FineTuningArguments, NuNerForTokenClassification
from nuner.trainers.fine_tuning.class_weights import balanced_weights
from nuner.trainers.fine_tuning.features import IGNORED
from nuner.trainers.fine_tuning.trainer import TokenClassificationTrainer, joined_windows


def trainer(tiny_bert_dir, tmp_path, labels=NAMES, **arguments: Any) -> TokenClassificationTrainer:
    return TokenClassificationTrainer(
        NuNerForTokenClassification.from_encoder(tiny_bert_dir, labels),
        FineTuningArguments(output_dir=str(tmp_path), **arguments),
        city_sentences(8),
        city_sentences(3),
        processing_class=AutoTokenizer.from_pretrained(tiny_bert_dir),
    )


def test_windows_of_a_sentence_are_joined():
    assert joined_windows([["O", "city"], [], ["O"], []], [4, 4, 5, 6]) == [["O", "city"], ["O"], []]


def test_an_entity_across_two_windows_counts_as_one(tiny_bert_dir, tmp_path):
    long = {"tokens": ["in"] * 30 + ["paris"] * 40, "ner_tags": [0] * 30 + [1] + [2] * 39}
    run = trainer(tiny_bert_dir, tmp_path, max_length=16)
    scores = run.evaluate(Dataset.from_list([long], features=FEATURES))
    assert run.type_scores["city"]["support"] == 1
    assert 0 <= scores["eval_f1"] <= 1


def test_words_without_sub_words_are_measured_and_teach_nothing(tiny_bert_dir, tmp_path):
    unread = [{"tokens": ["\u200b"], "ner_tags": [1]}, {"tokens": ["\ufeff", "\x00"], "ner_tags": [0, 0]}]
    rows = Dataset.from_list(
        [{"tokens": ["paris", "\u200b", "in"], "ner_tags": [1, 2, 0]}, *unread], features=FEATURES
    )
    run: Any = TokenClassificationTrainer(
        NuNerForTokenClassification.from_encoder(tiny_bert_dir, NAMES),
        FineTuningArguments(output_dir=str(tmp_path), per_device_train_batch_size=1, num_train_epochs=1),
        rows,
        processing_class=AutoTokenizer.from_pretrained(tiny_bert_dir),
    )
    run.train()
    assert all(weight.isfinite().all() for weight in run.model.parameters())
    scores = run.evaluate(Dataset.from_list(unread, features=FEATURES))
    assert scores["eval_loss"] == 0
    assert run.type_scores["city"]["support"] == 1
    with pytest.raises(ValueError, match="leaves nothing of any word"):
        TokenClassificationTrainer(
            run.model, run.args, rows.select([1, 2]), processing_class=AutoTokenizer.from_pretrained(tiny_bert_dir)
        )


@pytest.mark.parametrize(("labels", "recall"), [(NAMES, 1.0), (["O", "city"], 1 / 3)])
def test_plain_labels_cannot_part_entities_that_touch(tiny_bert_dir, tmp_path, labels, recall):
    run = trainer(tiny_bert_dir, tmp_path, labels=labels)
    model: Any = run.model
    with torch.no_grad():  # every word begins a city
        model.classifier[-1].weight.zero_()
        model.classifier[-1].bias.copy_(torch.tensor([0.0, 1.0, 0.0][: len(labels)]))
    rows = [{"tokens": ["paris"], "ner_tags": [1]}, {"tokens": ["paris", "london"], "ner_tags": [1, 1]}]
    scores = run.evaluate(Dataset.from_list(rows, features=FEATURES))
    assert scores["eval_token_macro_f1"] == 1.0
    assert run.type_scores["city"]["support"] == 3
    assert scores["eval_recall"] == pytest.approx(recall)


def test_a_type_that_the_recognizer_does_not_know(tiny_bert_dir, tmp_path):
    run = trainer(tiny_bert_dir, tmp_path, labels=["O", "city"])
    rows = Dataset.from_list([{"tokens": ["in"], "ner_tags": [0]}])
    other = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=["O", "B-drug", "I-drug"]))})
    with pytest.raises(ValueError, match="no label for 'B-drug', only O, city"):
        run.evaluate(rows.cast(other))


def test_each_layer_has_its_learning_rate(tiny_bert_dir, tmp_path):
    run = trainer(tiny_bert_dir, tmp_path, learning_rate=1e-3, head_learning_rate=1e-2, layer_decay=0.5)
    rates = {id(p): group["lr"] for group in run.create_optimizer().param_groups for p in group["params"]}
    decays = {id(p): group["weight_decay"] for group in run.create_optimizer().param_groups for p in group["params"]}
    model: Any = run.model
    assert set(rates) == {id(p) for p in model.parameters()}
    encoder = model.nuner.encoder
    assert rates[id(model.classifier[-1].weight)] == 1e-2
    assert rates[id(encoder.encoder.layer[1].output.dense.weight)] == 1e-3
    assert rates[id(encoder.encoder.layer[0].output.dense.weight)] == 5e-4
    assert rates[id(encoder.embeddings.word_embeddings.weight)] == 2.5e-4
    assert decays[id(encoder.embeddings.LayerNorm.weight)] == 0.0


def test_weights_change_the_loss_as_torch_does(tiny_bert_dir, tmp_path):
    run = trainer(tiny_bert_dir, tmp_path, class_weights="balanced", bf16=False, classifier_dropout=0.0)
    model: Any = run.model
    batch = next(iter(run.get_train_dataloader()))
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    model.train()
    loss = run.compute_loss(model, dict(batch))
    weights = balanced_weights(run.train_dataset["labels"], 3)  # pyright: ignore
    logits = model(batch["input_ids"], batch["attention_mask"]).logits
    per_word = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), batch["labels"].flatten(), weight=weights, reduction="none"
    )
    assert loss.item() == pytest.approx((per_word.sum() / (batch["labels"] != IGNORED).sum()).item(), rel=1e-5)
