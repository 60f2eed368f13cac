"""Labels of tokens: one type or none, as the contrastive pre-training pairs them."""

import pytest
from datasets import Dataset
from support.small_corpus import small_corpus
from transformers import AutoTokenizer

from nuner.trainers.baselines.ner_bert.features import MOST_TYPES, corpus_types, featurize_types
from nuner.trainers.pretraining.concept_table import ConceptTable
from nuner.trainers.pretraining.features import featurize_corpus


def corpus(text, *entities):
    return Dataset.from_list(
        [{"text": text, "entities": [dict(zip(("start", "end", "concept"), each, strict=True)) for each in entities]}]
    )


@pytest.fixture(scope="module")
def tokenizer(tiny_bert_dir):
    return AutoTokenizer.from_pretrained(tiny_bert_dir)


def test_types_go_by_frequency_and_then_by_name():
    assert corpus_types(small_corpus(200))[:2] == ["O", "city"]
    rows = corpus("a b c", (0, 1, "b"), (2, 3, "a"), (4, 5, "O"))
    assert corpus_types(rows) == ["O", "a", "b"]


def test_a_token_has_one_type_or_none(tokenizer):
    rows = corpus("paris in london", (0, 5, "city"), (0, 5, "capital"), (9, 15, "capital"), (6, 8, "unknown"))
    row = featurize_types(rows, tokenizer, ["O", "capital", "city"])[0]
    assert tokenizer.convert_ids_to_tokens(row["input_ids"]) == ["[CLS]", "paris", "in", "london", "[SEP]"]
    assert row["labels"] == [-100, 1, 0, 1, -100]
    assert (row["attention_mask"], row["length"]) == ([1] * 5, 5)


def test_the_same_tokens_have_a_type_as_in_the_contrastive_pretraining(tokenizer):
    rows, labels = small_corpus(50), corpus_types(small_corpus(50))
    table = ConceptTable.from_names(labels[1:], tokenizer)
    pairs = featurize_corpus(rows, tokenizer, table)
    for row, paired in zip(featurize_types(rows, tokenizer, labels).to_list(), pairs.to_list(), strict=True):
        assert {place for place, label in enumerate(row["labels"]) if label > 0} == set(paired["positive_tokens"])
        assert [label != -100 for label in row["labels"]] == [bool(mask) for mask in paired["token_mask"]]


def test_no_concept_and_too_many():
    with pytest.raises(ValueError, match="no concept to learn from"):
        corpus_types(corpus("a", (0, 1, "O")))
    many = Dataset.from_list([{"entities": [{"concept": str(number)} for number in range(MOST_TYPES + 1)]}])
    with pytest.raises(ValueError, match=r"5,001 concepts, .* keep the most frequent ones \(max_concepts\)"):
        corpus_types(many)
