import re
from typing import Any

import numpy as np
import pytest
from datasets import Dataset, load_from_disk
from hypothesis import given
from hypothesis import strategies as st
from support.small_corpus import small_corpus
from transformers import AutoTokenizer

from nuner.data_builders.corpus.concept_counts import concept_counts
from nuner.trainers.pretraining.concept_table import ConceptTable
from nuner.trainers.pretraining.features import featurize_corpus, touched_tokens

TOKENS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=12)
ENTITIES = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=4)


@given(st.lists(st.tuples(TOKENS, ENTITIES), min_size=1, max_size=4))
def test_touched_tokens_are_those_that_overlap(texts):
    spans: list[list[int]] = []
    token_rows, entities, expected = [], [], []
    for row, (gaps_and_lengths, found) in enumerate(texts):
        place, first = 0, len(spans)
        for gap, size in gaps_and_lengths:
            spans.append([place + gap, place + gap + size])
            token_rows.append(row)
            place += gap + size
        for start, length in found:
            entities.append((start, start + length, row))
            touched = [i for i in range(first, len(spans)) if spans[i][0] < start + length and start < spans[i][1]]
            expected.append(touched)
    columns = np.array(entities, dtype=int).reshape(-1, 3).T
    firsts, behinds = touched_tokens(np.array(spans, dtype=int).reshape(-1, 2), np.array(token_rows, int), *columns)
    assert [list(range(*ends)) for ends in zip(firsts, behinds, strict=True)] == expected


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


def test_several_processes_make_the_same_features_once(tiny_bert_dir, tmp_path, monkeypatch, capsys):
    small_corpus(60).save_to_disk(tmp_path / "corpus")
    corpus: Any = load_from_disk(str(tmp_path / "corpus"))
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    table = ConceptTable.from_names(concept_counts(corpus), tokenizer)
    expected = featurize_corpus(small_corpus(60), tokenizer, table).to_list()
    monkeypatch.setattr("nuner.trainers.mapping._ROWS_A_PROCESS", 30)
    monkeypatch.setattr("nuner.trainers.mapping.available_cores", lambda: 2)
    monkeypatch.setattr("nuner.trainers.progress._FIRST_LINE", 0.0)
    assert featurize_corpus(corpus, tokenizer, table, show_progress=True).to_list() == expected
    # The second process may end too soon after the first for a line of its own.
    assert re.search(r"Tokenizing the corpus: (30|60)/60  ", capsys.readouterr().out)
    made = sorted((tmp_path / "corpus").glob("cache-*"))
    assert len(made) == 2
    times = [file.stat().st_mtime_ns for file in made]
    tokenizer("that it was called with other options since", padding="max_length", truncation=True, max_length=9)
    assert featurize_corpus(corpus, tokenizer, table).to_list() == expected
    assert [file.stat().st_mtime_ns for file in sorted((tmp_path / "corpus").glob("cache-*"))] == times
    for file in made:  # a disk that was full
        file.write_bytes(file.read_bytes()[:-300])
    assert featurize_corpus(corpus, tokenizer, table).to_list() == expected
    featurize_corpus(corpus, tokenizer, table, max_length=8)
    assert len(list((tmp_path / "corpus").glob("cache-*"))) == 4
