import io
import json

import pytest
import torch
from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value
from rich.console import Console
from support.tiny_bi_encoder import save_tiny_bi_encoder
from transformers import AutoModel, AutoTokenizer

from nuner.trainers.few_shot.comparison import compare_encoders
from nuner.trainers.few_shot.result import FewShotResult
from nuner.trainers.few_shot.task import prepare_task, sentence_classes

_NAMES = ["O", "B-person", "I-person", "B-place", "I-place"]
_FEATURES = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=_NAMES))})


def _task(train: int = 40, test: int = 30) -> DatasetDict:
    people, places = ["acme", "xyz", "monday"], ["paris", "london", "berlin"]

    def rows(n, start):
        some = range(start, start + n)
        return {
            "tokens": [[people[i % 3], "visited", "the", places[(i // 2) % 3], str(i)] for i in some],
            "ner_tags": [[1, 0, 0, 3, 4] for _ in some],
        }

    return DatasetDict(
        {
            "train": Dataset.from_dict(rows(train, 0), features=_FEATURES),
            "test": Dataset.from_dict(rows(test, train), features=_FEATURES),
        }
    )


@pytest.fixture(scope="module")
def two_encoders(tiny_bert_dir, tmp_path_factory):
    """The tiny BERT, and one whose last layer is all zeros, which knows nothing of the words."""
    folder = tmp_path_factory.mktemp("know-nothing")
    model = AutoModel.from_pretrained(tiny_bert_dir)
    with torch.no_grad():
        norm = model.encoder.layer[-1].output.LayerNorm
        norm.weight.zero_()
        norm.bias.zero_()
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_bert_dir).save_pretrained(folder)
    return {"knows nothing": folder, "tiny": tiny_bert_dir}


@pytest.fixture(scope="module")
def result(two_encoders):
    data_sets = {"one": _task(), "two": _task(test=20)}
    return compare_encoders(two_encoders, data_sets, ks=(4, 1), seeds=3, max_test_sentences=25)


def test_an_encoder_that_knows_the_words_gains_over_one_that_does_not(result):
    assert result.encoders == ["knows nothing", "tiny"]
    assert result.ks == [1, 4]
    assert result.mean("tiny", "one", 4) > 80
    assert result.mean("knows nothing", "one", 4) < 40
    expected = result.mean("tiny", "one", 4) - result.mean("knows nothing", "one", 4)
    assert result.gain("tiny", "one", 4) == pytest.approx(expected)
    assert result.gain("knows nothing") == 0


def test_the_same_call_gives_the_same_scores_whatever_else_is_compared(result, two_encoders):
    alone = compare_encoders(
        {"tiny": two_encoders["tiny"]}, {"two": _task(test=20)}, ks=(1, 4), seeds=3, max_test_sentences=25
    )
    for k in (1, 4):
        assert alone.of("tiny", "two", k) == pytest.approx(result.of("tiny", "two", k), abs=1e-3)


def test_heads_that_start_from_names_are_a_row_of_their_own(tiny_bert_dir, tmp_path):
    bi_encoder = save_tiny_bi_encoder(tiny_bert_dir, tmp_path / "bi")
    encoders = {"base": tiny_bert_dir, "bi": bi_encoder}
    with_names = compare_encoders(encoders, {"one": _task()}, ks=(1, 4), seeds=2, names=True)
    assert with_names.encoders == ["base", "bi", "base + names", "bi + names"]
    named = [with_names.mean(name, "one", 4) for name in ("base + names", "bi + names")]
    assert with_names.gain("bi + names", "one", 4) == pytest.approx(named[1] - named[0])
    assert with_names.gain("base + names") == 0
    without = compare_encoders(encoders, {"one": _task()}, ks=(1, 4), seeds=2)
    assert without.encoders == ["base", "bi"] and without.scores["bi"] == with_names.scores["bi"]
    # names that nothing can be learnt against decide alone
    zero_shot = compare_encoders({"bi": bi_encoder}, {"one": _task()}, ks=(1, 4), seeds=2, names=True, l2=1e6)
    scores = [score for of_k in zero_shot.scores["bi + names"]["one"].values() for score in of_k]
    assert scores == pytest.approx([scores[0]] * 4) and scores[0] != pytest.approx(with_names.mean("bi", "one", 4))
    with pytest.raises(ValueError, match="an encoder cannot be called"):
        compare_encoders({"a + names": bi_encoder}, {"one": _task()}, ks=(1,), seeds=1, names=True)


def test_an_encoder_without_concept_encoder_compares_names_with_words_itself(tiny_bert_dir):
    # types called as their words are; what the samples teach is wrong, and the penalty keeps it small
    names = ["O", "B-acme", "B-paris", "B-\u200b\u200b"]
    features = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=names))})

    def rows(tags):
        rows = {"tokens": [["acme", "visited", "paris", "monday"]] * 8, "ner_tags": [tags] * 8}
        return Dataset.from_dict(rows, features=features)

    task = DatasetDict({"train": rows([2, 0, 1, 3]), "test": rows([1, 0, 2, 3])})
    result = compare_encoders({"base": tiny_bert_dir}, {"one": task}, ks=(1,), seeds=2, names=True, l2=1e6)
    assert result.mean("base", "one", 1) == pytest.approx(100 / 3)
    assert result.mean("base + names", "one", 1) > 60


def test_the_figures_of_a_result():
    scores = {
        "base": {"a": {1: [10.0, 20.0], 2: [30.0, 30.0]}, "b": {1: [50.0, 50.0], 2: [70.0, 70.0]}},
        "new": {"a": {1: [20.0, 20.0], 2: [40.0, 50.0]}, "b": {1: [60.0, 60.0], 2: [70.0, 70.0]}},
    }
    result = FewShotResult(scores, {})
    assert result.mean("base", "a", 1) == 15.0
    assert result.standard_deviation("base", "a", 1) == pytest.approx(50**0.5)
    assert result.of("base", "average", 1) == [30.0, 35.0]
    assert result.gain("new", "a", 1) == 5.0
    assert result.gain("new", "a") == 10.0
    assert result.gain("new") == 7.5  # points: 5 and 15 on a, 10 and 0 on b
    one_seed = FewShotResult({"base": {"a": {1: [10.0]}}}, {})
    assert one_seed.standard_deviation("base", "a", 1) == 0.0


def test_the_json_says_what_was_measured(result, tmp_path):
    result.to_json(tmp_path / "new" / "few_shot.json")
    written = json.loads((tmp_path / "new" / "few_shot.json").read_text())
    measured = written["measured"]
    assert measured["data_sets"]["one"]["test_sentences"] == 25
    assert measured["data_sets"]["one"]["test_sentences_available"] == 30
    assert measured["data_sets"]["two"]["test_sentences"] == 20
    assert measured["data_sets"]["one"]["types"] == ["person", "place"]
    assert (measured["ks"], measured["seeds"]) == ([1, 4], [0, 1, 2])
    assert measured["head"]["l2"] > 0 and "torch" in measured["versions"]
    assert measured["words_left_out"]["tiny"]["one"] == {"truncated": 0, "without_sub_word": 0}
    cell = written["results"]["tiny"]["average"]["4"]
    assert len(cell["scores"]) == 3
    assert cell["mean"] == pytest.approx(sum(cell["scores"]) / 3)
    assert written["gains_over_first"]["tiny"]["average"]["mean"] == pytest.approx(result.gain("tiny"))


def test_the_table_shows_every_mean_and_gain(result):
    output = io.StringIO()
    Console(width=140, file=output).print(result.table())
    text = output.getvalue()
    for data_set in ("one", "two", "average"):
        for k in result.ks:
            mean, spread = result.mean("tiny", data_set, k), result.standard_deviation("tiny", data_set, k)
            assert f"{mean:.1f} ±{spread:.1f}" in text
            assert f"{result.gain('tiny', data_set, k):+.1f}" in text
    assert "one test (25 sentences), two test (20 sentences)" in " ".join(text.split())


def test_the_picture_is_written(result, tmp_path):
    result.plot(tmp_path / "pictures" / "few_shot.png")
    assert (tmp_path / "pictures" / "few_shot.png").read_bytes().startswith(b"\x89PNG")


def test_samples_and_test_sentences_are_fixed_before_any_encoder():
    first = prepare_task(_task(), "one", (1, 4), 3, max_test_sentences=5)
    again = prepare_task(_task(), "one", (4,), 2, max_test_sentences=8)
    assert all(first.samples[4, seed] == again.samples[4, seed] for seed in range(2))
    assert first.test["tokens"][:] == again.test["tokens"][:5]
    assert first.test["tokens"][:] != _task()["test"]["tokens"][:5]
    assert sentence_classes(first.test)[0].tolist() == [1, 0, 0, 2, 2]


def test_bad_requests_are_refused_before_anything_is_computed(two_encoders, tmp_path):
    encoder = {"tiny": two_encoders["tiny"]}
    seen = []

    def refused(message, encoders=encoder, data_sets=None, error: type[Exception] = ValueError, **options):
        with pytest.raises(error, match=message):
            compare_encoders(encoders, data_sets or {"one": _task()}, progress=seen.append, **options)

    refused(
        r"data set 'one', split 'train': k = 64 is too large: there are 40 annotations .* largest possible k is 40"
    )
    refused("ks must be different numbers", ks=(1, 1))
    refused("ks must be different numbers", ks=(0,))
    refused("seeds must be at least 1", ks=(1,), seeds=0)
    refused("max_test_sentences must be at least 1", ks=(1,), max_test_sentences=0)
    refused("no encoder to compare", encoders={}, ks=(1,))
    refused("must be a list", data_sets="support-tickets", ks=(1,))
    refused("given twice", data_sets=["support-tickets"] * 2, ks=(1,))
    refused("has no split 'dev', only train, test", ks=(1,), test_split="dev")
    refused("there is no encoder", encoders={"x": tmp_path / "absent"}, ks=(1,), error=FileNotFoundError)
    silent = Dataset.from_dict({"tokens": [["the"]], "ner_tags": [[0]]}, features=_FEATURES)
    refused("have no entity", data_sets={"s": DatasetDict({"train": _task()["train"], "test": silent})}, ks=(1,))
    lopsided = _task()
    lopsided["train"] = lopsided["train"].map(lambda row: {"ner_tags": [1, 0, 0, 0, 0]})
    refused("0 annotations of type 'place'", data_sets={"l": lopsided}, ks=(1,))
    assert seen == []
