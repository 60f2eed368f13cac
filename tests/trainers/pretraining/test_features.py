from typing import Any

import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st
from support.small_corpus import small_corpus
from transformers import AutoTokenizer

from nuner.trainers.pretraining.concept_table import ConceptTable
from nuner.trainers.pretraining.features import featurize_corpus, tokens_of_span


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=12), st.integers(0, 30), st.integers(1, 9))
def test_tokens_of_span_are_those_that_overlap(gaps_and_lengths, start, length):
    starts, ends, place = [], [], 0
    for gap, size in gaps_and_lengths:
        starts.append(place + gap)
        place += gap + size
        ends.append(place)
    end = start + length
    overlapping = [i for i, (s, e) in enumerate(zip(starts, ends, strict=True)) if s < end and start < e]
    assert list(tokens_of_span(starts, ends, start, end)) == overlapping


def featurize(rows, folder, max_length=64, concepts=None):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    names = concepts or {e["concept"] for row in rows for e in row["entities"]}
    table = ConceptTable.from_names(names, tokenizer)
    features: Any = featurize_corpus(Dataset.from_list(rows), tokenizer, table, max_length)
    return features, table, tokenizer


def test_positives_spell_the_entities(tiny_bert_dir):
    corpus: Any = small_corpus(30)
    features, table, tokenizer = featurize(corpus.to_list(), tiny_bert_dir)
    for row, feature in zip(corpus, features, strict=True):
        expected = {(e["text"], e["concept"]) for e in row["entities"]}
        found = {
            (tokenizer.decode([feature["input_ids"][token]]), table.names[concept])
            for token, concept in zip(feature["positive_tokens"], feature["positive_concepts"], strict=True)
        }
        assert found == expected
        assert feature["length"] == len(feature["input_ids"])
        assert feature["token_mask"] == [0] + [1] * (feature["length"] - 2) + [0]


def test_all_sub_words_of_nested_entities_are_positive_once(tiny_bert_dir):
    text = "xyz corp in paris"
    entities = [
        {"start": 0, "end": 8, "text": "xyz corp", "concept": "company"},
        {"start": 0, "end": 8, "text": "xyz corp", "concept": "company"},
        {"start": 4, "end": 8, "text": "corp", "concept": "suffix"},
    ]
    features, table, tokenizer = featurize([{"text": text, "entities": entities}], tiny_bert_dir)
    row = features[0]
    pieces = tokenizer.convert_ids_to_tokens(row["input_ids"])
    company = table.names.index("company")
    tokens = [t for t, c in zip(row["positive_tokens"], row["positive_concepts"], strict=True) if c == company]
    assert [pieces[t] for t in tokens] == ["x", "##y", "##z", "c", "##o", "##r", "##p"]
    assert len(row["positive_tokens"]) == 7 + 4


def test_entities_beyond_the_limit_are_counted(tiny_bert_dir, caplog):
    text = "paris paris paris paris"
    entities = [{"start": 18, "end": 23, "text": "paris", "concept": "city"}]
    features, _, _ = featurize([{"text": text, "entities": entities}], tiny_bert_dir, max_length=4)
    assert features[0]["positive_tokens"] == []
    assert "1 entities lie beyond 4 tokens" in caplog.text


def test_concepts_outside_the_table_are_left_out(tiny_bert_dir):
    rows = [{"text": "paris", "entities": [{"start": 0, "end": 5, "text": "paris", "concept": "city"}]}]
    features, _, _ = featurize(rows, tiny_bert_dir, concepts={"town"})
    assert features[0]["positive_concepts"] == []


def test_a_corpus_without_concepts_is_refused(tiny_bert_dir):
    with pytest.raises(ValueError, match="no concept to learn from"):
        ConceptTable.from_names([], AutoTokenizer.from_pretrained(tiny_bert_dir))


def test_texts_and_names_without_tokens_are_left_out(tiny_bert_dir):
    def row(text, concept):
        return {"text": text, "entities": [{"start": 0, "end": 1, "text": text[0], "concept": concept}]}

    rows = [row("\u200b", "city"), row("paris", "\ufeff"), row("\x00", "day"), row("monday", "day")]
    features, table, _ = featurize(rows, tiny_bert_dir)
    assert table.names == ("city", "day")
    assert features["row"] == [0, 1]
    assert [len(ids) for ids in features["input_ids"]] == [3, 3]
    assert features["positive_concepts"] == [[], [1]]
    with pytest.raises(ValueError, match="leaves nothing of any of the 2 texts"):
        featurize([rows[0], rows[2]], tiny_bert_dir)
    with pytest.raises(ValueError, match="leaves nothing of any concept's name"):
        featurize([rows[1]], tiny_bert_dir)
