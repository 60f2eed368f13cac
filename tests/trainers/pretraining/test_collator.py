from typing import Any

import torch
from support.small_corpus import small_corpus
from transformers import AutoModel, AutoTokenizer

from nuner.trainers.pretraining.collator import ContrastiveCollator
from nuner.trainers.pretraining.concept_table import ConceptTable
from nuner.trainers.pretraining.features import featurize_corpus
from nuner.trainers.pretraining.lower_layer_cache import LowerLayerCache, can_be_split


def prepared(folder, num_sentences=10):
    corpus: Any = small_corpus(num_sentences)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    table = ConceptTable.from_names((e["concept"] for row in corpus for e in row["entities"]), tokenizer)
    features: Any = featurize_corpus(corpus, tokenizer, table)
    return features, table, tokenizer


def test_sparse_targets_are_those_of_the_dense_array(tiny_bert_dir):
    features, table, tokenizer = prepared(tiny_bert_dir)
    batch = ContrastiveCollator(table, tokenizer.pad_token_id)(features.to_list())
    dense = torch.zeros(*batch["input_ids"].shape, len(batch["concept_ids"]))
    dense.view(-1, dense.shape[-1])[batch["positives"][:, 0], batch["positives"][:, 1]] = 1
    for row, feature in enumerate(features):
        expected = set(zip(feature["positive_tokens"], feature["positive_concepts"], strict=True))
        found = {(int(t), int(batch["concept_ids"][c])) for t, c in dense[row].nonzero()}
        assert found == expected
    assert len(set(batch["concept_ids"].tolist())) == len(batch["concept_ids"])
    assert not batch["token_mask"][~batch["attention_mask"].bool()].any()


def test_concept_tensors_are_the_names(tiny_bert_dir):
    features, table, tokenizer = prepared(tiny_bert_dir)
    batch = ContrastiveCollator(table, tokenizer.pad_token_id)(features.to_list())
    names = tokenizer.batch_decode(batch["concept_input_ids"], skip_special_tokens=True)
    assert names == [table.names[i] for i in batch["concept_ids"]]


def test_a_batch_without_entities_has_a_concept_all_the_same(tiny_bert_dir):
    features, table, tokenizer = prepared(tiny_bert_dir)
    row = {**features[0], "positive_tokens": [], "positive_concepts": []}
    batch = ContrastiveCollator(table, tokenizer.pad_token_id)([row])
    assert batch["positives"].shape == (0, 2)
    assert len(batch["concept_ids"]) == 1


def test_kept_outputs_are_those_of_the_lower_layers(tiny_bert_dir):
    features, table, tokenizer = prepared(tiny_bert_dir)
    encoder = AutoModel.from_pretrained(tiny_bert_dir).eval()
    sequences = features["input_ids"][:]
    assert can_be_split(encoder, 1, sequences[0])
    cache = LowerLayerCache.compute(encoder, 1, sequences, tokenizer.pad_token_id)
    rows = [features[i] for i in (7, 2, 5)]
    batch = ContrastiveCollator(table, tokenizer.pad_token_id, cache)(rows)
    states = encoder(
        input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], output_hidden_states=True
    ).hidden_states[1]
    real = batch["attention_mask"].bool()
    torch.testing.assert_close(batch["lower_hidden_states"][real], states[real], rtol=1e-4, atol=1e-5)
    assert batch["lower_hidden_states"][~real].abs().sum() == 0
