import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value
from support.small_task import FEATURES, small_task
from support.tiny_bi_encoder import save_tiny_bi_encoder

from nuner.trainers.few_shot.comparison import compare_encoders


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
        {"tiny": two_encoders["tiny"]}, {"two": small_task(test=20)}, ks=(1, 4), seeds=3, max_test_sentences=25
    )
    for k in (1, 4):
        assert alone.of("tiny", "two", k) == pytest.approx(result.of("tiny", "two", k), abs=1e-3)


def test_heads_that_start_from_names_are_a_row_of_their_own(tiny_bert_dir, tmp_path):
    bi_encoder = save_tiny_bi_encoder(tiny_bert_dir, tmp_path / "bi")
    encoders = {"base": tiny_bert_dir, "bi": bi_encoder}
    with_names = compare_encoders(encoders, {"one": small_task()}, ks=(1, 4), seeds=2, names=True)
    assert with_names.encoders == ["base", "bi", "base + names", "bi + names"]
    named = [with_names.mean(name, "one", 4) for name in ("base + names", "bi + names")]
    assert with_names.gain("bi + names", "one", 4) == pytest.approx(named[1] - named[0])
    assert with_names.gain("base + names") == 0
    without = compare_encoders(encoders, {"one": small_task()}, ks=(1, 4), seeds=2)
    assert without.encoders == ["base", "bi"] and without.scores["bi"] == with_names.scores["bi"]
    # names that nothing can be learnt against decide alone
    zero_shot = compare_encoders({"bi": bi_encoder}, {"one": small_task()}, ks=(1, 4), seeds=2, names=True, l2=1e6)
    scores = [score for of_k in zero_shot.scores["bi + names"]["one"].values() for score in of_k]
    assert scores == pytest.approx([scores[0]] * 4) and scores[0] != pytest.approx(with_names.mean("bi", "one", 4))
    with pytest.raises(ValueError, match="an encoder cannot be called"):
        compare_encoders({"a + names": bi_encoder}, {"one": small_task()}, ks=(1,), seeds=1, names=True)


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


def test_a_k_that_the_data_do_not_allow_is_left_out_of_all_data_sets_with_a_note(two_encoders):
    small = small_task()
    tiny = DatasetDict({"train": small["train"].select(range(6)), "test": small["test"]})
    heard: list[str] = []
    result = compare_encoders(
        {"tiny": two_encoders["tiny"]}, {"small": small, "tiny": tiny}, (1, 16), 2, progress=heard.append
    )
    assert result.ks == result.settings["ks"] == [1]
    assert heard[0].startswith("Left out: data set 'tiny', split 'train': k = 16 is too large")
    assert f"Left out: {result.settings['ks_left_out']['16']}" == heard[0]
    # Each sentence has more entities of a type than k = 1 allows.
    crowded = {"tokens": [["acme"] * 5] * 8, "ner_tags": [[1, 1, 1, 3, 3]] * 8}
    crowded = DatasetDict({"train": Dataset.from_dict(crowded, features=FEATURES), "test": small["test"]})
    with pytest.raises(ValueError, match=r"no k fits all data sets: data set 'crowded'.* data set 'tiny'"):
        compare_encoders({"tiny": two_encoders["tiny"]}, {"crowded": crowded, "tiny": tiny}, (1, 7), 2)


def test_bad_requests_are_refused_before_anything_is_computed(two_encoders, tmp_path):
    encoder = {"tiny": two_encoders["tiny"]}
    seen = []

    def refused(message, encoders=encoder, data_sets=None, error: type[Exception] = ValueError, **options):
        with pytest.raises(error, match=message):
            compare_encoders(encoders, data_sets or {"one": small_task()}, progress=seen.append, **options)

    refused(
        r"data set 'one', split 'train': k = 64 is too large: there are 40 annotations .* largest possible k is 40",
        ks=(64, 128),
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
    silent = Dataset.from_dict({"tokens": [["the"]], "ner_tags": [[0]]}, features=FEATURES)
    refused(
        "have no entity",
        data_sets={"s": DatasetDict({"train": small_task()["train"], "test": silent})},
        ks=(1,),
    )
    lopsided = small_task()
    lopsided["train"] = lopsided["train"].map(lambda row: {"ner_tags": [1, 0, 0, 0, 0]})
    refused("0 annotations of type 'place'", data_sets={"l": lopsided}, ks=(1,))
    assert seen == []
