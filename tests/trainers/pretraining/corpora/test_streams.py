"""Training on a corpus that is read as it comes."""

from itertools import islice
from typing import Any

import pytest
import torch
from datasets import Dataset, IterableDataset
from support.small_corpus import small_corpus
from transformers import AutoTokenizer

from nuner import ContrastiveTrainer, ContrastiveTrainingArguments, NuNerForPreTraining
from nuner.data_builders.corpus.concept_counts import concept_counts
from nuner.trainers.pretraining.collator import ContrastiveCollator
from nuner.trainers.pretraining.concept_table import ConceptTable
from nuner.trainers.pretraining.corpora.streamed_concepts import StreamedConcepts
from nuner.trainers.pretraining.corpora.streamed_features import StreamedFeatures
from nuner.trainers.pretraining.features import featurize_corpus


def streaming_trainer(encoder, output_dir, train=None, evaluation=None, **arguments):
    defaults: dict[str, Any] = {
        "max_steps": 12,
        "per_device_train_batch_size": 4,
        "learning_rate": 5e-3,
        "num_frozen_text_layers": 1,
        "report_to": "none",
        "save_strategy": "no",
        "use_cpu": True,
    }
    return ContrastiveTrainer(
        model=NuNerForPreTraining.from_encoders(encoder),
        args=ContrastiveTrainingArguments(output_dir=str(output_dir), **{**defaults, **arguments}),
        train_dataset=train or small_corpus(300).to_iterable_dataset(),
        eval_dataset=evaluation or small_corpus(12, seed=1),
        processing_class=AutoTokenizer.from_pretrained(encoder),
    )


def test_a_stream_gives_the_batches_of_the_corpus(tiny_bert_dir):
    corpus, tokenizer = small_corpus(20), AutoTokenizer.from_pretrained(tiny_bert_dir)
    table = ConceptTable.from_names(concept_counts(corpus), tokenizer)
    streamed = StreamedConcepts(tokenizer, 16, 0)
    rows: Any = featurize_corpus(corpus, tokenizer, table)
    whole = ContrastiveCollator(table, 0)(list(rows))
    stream = StreamedFeatures(corpus.to_iterable_dataset(), tokenizer, 256)
    piecewise = ContrastiveCollator(streamed, 0)(list(stream))
    for name in ("input_ids", "attention_mask", "token_mask", "positives", "concept_input_ids"):
        assert torch.equal(piecewise[name], whole[name]), name
    other = StreamedConcepts(tokenizer, 16, 0)
    assert other.ids(["city", "document"]) == streamed.ids(["city", "document"])


def test_names_and_texts_of_which_nothing_is_left_are_left_out(tiny_bert_dir):
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    entity = {"start": 0, "end": 5, "text": "paris"}
    rows = [
        {"text": "\u200b", "entities": []},
        {"text": "paris", "entities": [{**entity, "concept": "\u200b"}, {**entity, "concept": "city"}]},
    ]
    features = list(StreamedFeatures(Dataset.from_list(rows).to_iterable_dataset(), tokenizer, 256))
    batch = ContrastiveCollator(StreamedConcepts(tokenizer, 16, 0), 0)(features)
    assert (len(batch["input_ids"]), batch["positives"].tolist()) == (1, [[1, 0]])


def test_a_stream_teaches_the_concepts(tiny_bert_dir, tmp_path):
    trainer = streaming_trainer(tiny_bert_dir, tmp_path, max_steps=75)
    before = trainer.evaluate()
    trainer.train()
    after = trainer.evaluate()
    assert after["eval_average_precision"] > before["eval_average_precision"] + 0.3
    assert trainer.centering is not None
    fit = trainer.calibrate()
    assert fit is not None and not fit.unseen_only


def test_only_what_is_learnt_from_is_read(tiny_bert_dir, tmp_path):
    read = 0

    def endless():
        nonlocal read
        for _ in iter(int, 1):
            for row in small_corpus(50).to_list():
                read += 1
                yield row

    stream: Any = IterableDataset.from_generator(endless)
    trainer = streaming_trainer(tiny_bert_dir, tmp_path, stream, stream, max_steps=3, max_eval_samples=10)
    trainer.train()
    evaluation: Any = trainer.corpora.evaluation
    assert (trainer.state.global_step, len(evaluation)) == (3, 10)
    assert read < 2000


def test_a_stream_needs_a_number_of_steps(tiny_bert_dir, tmp_path):
    with pytest.raises(ValueError, match=r"streamed corpus has no length: say how many steps .*--max-steps"):
        streaming_trainer(tiny_bert_dir, tmp_path, max_steps=-1)
    stream = small_corpus(12).to_iterable_dataset()
    with pytest.raises(ValueError, match="Not all of a streamed corpus can be measured"):
        streaming_trainer(tiny_bert_dir, tmp_path, evaluation=stream, max_eval_samples=None)
    with pytest.raises(ValueError, match="No sentence of the streamed corpus is for validation"):
        streaming_trainer(tiny_bert_dir, tmp_path, evaluation=stream.filter(lambda row: False))


def test_a_resumed_stream_ends_with_the_same_weights(tiny_bert_dir, tmp_path):
    whole = streaming_trainer(tiny_bert_dir, tmp_path, save_strategy="steps", save_steps=6)
    whole.train()
    resumed = streaming_trainer(tiny_bert_dir, tmp_path)
    resumed.train(resume_from_checkpoint=str(tmp_path / "checkpoint-6"))
    for name, weight in whole.model.state_dict().items():
        assert torch.equal(resumed.model.state_dict()[name], weight), name


def test_rows_of_a_stream_keep_their_order(tiny_bert_dir):
    corpus, tokenizer = small_corpus(700), AutoTokenizer.from_pretrained(tiny_bert_dir)
    features = StreamedFeatures(corpus.to_iterable_dataset(), tokenizer, 256)
    assert [row["row"] for row in features] == list(range(700))
    assert [row["row"] for row in islice(features, 3)] == [0, 1, 2]
