"""EntityRecognizer: its inputs, its offsets, long texts, and the same entities as the pipeline's."""

import itertools
import random
import shutil
import types

import datasets
import numpy as np
import pandas
import polars
import pytest
from support.tiny_recognizer import LABELS, pipeline_entities, places, save_tiny_recognizer
from transformers import AutoTokenizer, BertForTokenClassification, BertModel

from nuner import EntityRecognizer, NuNerForTokenClassification
from nuner.modeling_nuner.recognition.recognizer import LOOK_AHEAD_TEXTS

# Each of these signs is a word, "x_y" is one, and what looks like a special token is text; not so for BERT.
OWN_WORDS = [
    "👩‍💻 lives in Paris 🇫🇷, naïve café",
    "x_y [SEP] paris",
]
TEXTS = [
    *OWN_WORDS,
    "Paris and London visited the Berlin order, then acme-works paid 42.50 to a.b@c.de!",
    "the a of",
    "line one\r\nline two lives\tin London\n",
    "שלום paris عاش في london",
    "北京 and 東京 visited paris",
    "don't we'll U.S. 3.14 (acme) paris",
]


@pytest.fixture(scope="module")
def folder(tiny_bert_dir, tmp_path_factory):
    return save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("recognizer"))


@pytest.fixture(scope="module")
def recognizer(folder):
    return EntityRecognizer.from_pretrained(folder)


def random_texts(number, longest, seed=0):
    draw = random.Random(seed)
    words = ["paris", "london", "the", "visited", "Acme", "a1b", "order", "bought,", "x", "monday.", "U.S."]
    return [" ".join(draw.choices(words, k=draw.randint(1, longest))) for _ in range(number)]


def test_the_entities_are_those_of_the_pipeline(folder, recognizer):
    texts = TEXTS + random_texts(2000, 12)
    found = recognizer(texts)
    assert places(found[len(OWN_WORDS) :]) == pipeline_entities(folder, texts[len(OWN_WORDS) :])
    assert {entity["label"] for entities in found for entity in entities} == {"city", "person"}
    for text, entities in zip(texts, found, strict=True):
        for entity in entities:
            assert text[entity["start"] : entity["end"]] == entity["text"]
            assert isinstance(entity["start"], int)
            assert isinstance(entity["score"], float)
            assert 0 < entity["score"] <= 1


def test_combining_marks_are_where_the_pipeline_differs(folder, recognizer):
    # The pipeline takes a token for the continuation of a word when it is shorter than its text, which a word with a
    # combining mark inside is: it joins "o(accent)rder" to the word before. And it cuts a mark off at the end.
    inside, behind = "london o\u0301rder paris", "paris visite\u0301"
    assert pipeline_entities(folder, [inside]) != places([recognizer(inside)])
    assert {end for _, end, _ in places([recognizer(inside)])[0]} <= {6, 13, 19}
    assert {end for _, end, _ in places([recognizer(behind)])[0]} <= {5, 13}
    assert pipeline_entities(folder, [behind])[0][-1][1] == 12
    assert recognizer(behind)[-1]["end"] == 13


def test_the_pipeline_cuts_long_texts_off(folder, recognizer):
    text = "paris london visited monday " * 40
    cut = pipeline_entities(folder, [text])[0]
    whole = places([recognizer(text)])[0]
    assert cut[-1][1] < len(text) / 2 < whole[-1][1]


def test_results_stay_in_place_and_order(recognizer):
    texts = random_texts(50, 12)
    alone = [recognizer(text) for text in texts]
    assert places(recognizer(texts)) == places(alone)
    assert places(recognizer(texts[::-1])) == places(alone[::-1])


def test_empty_blank_and_missing_texts_are_counted(folder):
    recognizer = EntityRecognizer.from_pretrained(folder)
    assert recognizer("") == recognizer("  \n") == recognizer([]) == []
    found = recognizer(["", "paris london", None, " \t", float("nan"), "\u200b"])
    assert [bool(entities) for entities in found] == [False, True, False, False, False, False]
    assert recognizer.counts.texts == 8
    assert recognizer.counts.empty == 6
    assert recognizer.counts.entities == len(found[1])


def test_an_iterator_without_end_is_read_lazily(recognizer):
    taken = []

    def numbers():
        for i in itertools.count():
            taken.append(i)
            yield "paris visited london" if i % 2 else None

    found = recognizer(numbers())
    assert isinstance(found, types.GeneratorType)
    assert not taken
    first = list(itertools.islice(found, 5))
    assert [bool(entities) for entities in first] == [False, True, False, True, False]
    assert len(taken) == LOOK_AHEAD_TEXTS


def test_columns_and_data_frames(recognizer):
    texts = [*random_texts(20, 8), None, "paris"]
    expected = recognizer(texts)
    table = datasets.Dataset.from_dict({"text": texts})
    assert recognizer(table["text"]) == expected
    assert list(recognizer(iter(table.to_iterable_dataset()["text"]))) == expected
    assert recognizer(pandas.Series(texts, dtype="string")) == expected
    assert recognizer(pandas.Series(texts)) == expected
    assert recognizer(polars.Series(texts)) == expected
    assert recognizer(np.array(texts[:20])) == expected[:20]
    frame = pandas.DataFrame({"body": texts}, index=range(7, 7 + len(texts)))
    assert recognizer(frame, column="body")["entities"].tolist() == expected
    assert "entities" not in frame
    assert recognizer(polars.DataFrame({"text": texts}))["entities"].to_list() == expected


def test_long_texts_are_read_whole(recognizer):
    # 64 positions: some 500 words make about ten windows. What a window finds in its middle must stay what it is.
    text = " ".join(random_texts(60, 12))
    found = recognizer(text)
    assert recognizer.counts.windowed > 0
    assert found[-1]["end"] > len(text) - 30
    for left, right in itertools.pairwise(found):
        assert left["end"] <= right["start"]


def test_a_seam_neither_loses_nor_doubles_an_entity(folder):
    class WordReader:
        """Classifies a token by itself, so that the right answer does not depend on windows."""

        batch_tokens, max_padding = 512, 0.5

        def __init__(self, ids):
            self.ids = ids

        def __call__(self, input_ids, attention_mask):
            assert input_ids.shape[1] <= 64
            logits = np.zeros((*input_ids.shape, len(LABELS)), dtype=np.float32)
            for label, token in enumerate(self.ids, start=1):
                logits[input_ids == token, label] = 5
            return logits

    ids = AutoTokenizer.from_pretrained(folder).convert_tokens_to_ids(["paris", "london", "acme", "bought"])
    recognizer = EntityRecognizer.from_pretrained(folder, overlap=10)
    recognizer.backend = WordReader(ids)
    pattern = ["paris", "london", "london", "the", "acme", "bought", "monday", "paris", "of"]
    for shift in range(20):
        words = ["the"] * shift + pattern * 60
        text = " ".join(words)
        expected = []
        for begin, labels in (("paris", "london"), ("acme", "bought")):
            place = 0
            for i, word in enumerate(words):
                if word == begin:
                    end = i
                    while end + 1 < len(words) and words[end + 1] == labels:
                        end += 1
                    expected.append((place, place + len(" ".join(words[i : end + 1]))))
                place += len(word) + 1
        assert [(e["start"], e["end"]) for e in recognizer(text)] == sorted(expected)


def test_nuner_checkpoints_and_two_layers(tiny_bert_dir, tmp_path):
    model = NuNerForTokenClassification.from_encoder(tiny_bert_dir, LABELS, num_classifier_layers=2)
    model.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(tiny_bert_dir).save_pretrained(tmp_path)
    recognizer = EntityRecognizer.from_pretrained(tmp_path)
    texts = random_texts(40, 12)
    assert places(recognizer(texts)) == pipeline_entities(tmp_path, texts)


def test_bfloat16_and_viterbi(folder, recognizer):
    texts = random_texts(100, 12)
    exact = places(recognizer(texts))
    coarse = places(EntityRecognizer.from_pretrained(folder, dtype="bfloat16")(texts))
    assert sum(a == b for a, b in zip(exact, coarse, strict=True)) > 80
    valid = EntityRecognizer.from_pretrained(folder, decoding="viterbi")(texts)
    assert places(valid) != exact


def test_what_is_no_text(recognizer):
    with pytest.raises(ValueError, match="text number 1 is a int"):
        recognizer(["paris", 3])
    for wrong in (3, b"paris", {"text": "paris"}):
        with pytest.raises(ValueError, match="texts must be a string"):
            recognizer(wrong)
    with pytest.raises(ValueError, match="no column 'text', only body"):
        recognizer(pandas.DataFrame({"body": ["paris"]}))
    with pytest.raises(ValueError, match="a column 'entities' already; rename or drop that first"):
        recognizer(pandas.DataFrame({"text": ["paris"], "entities": [["gold"]]}))


def test_lone_surrogates_do_not_stop_a_batch(recognizer):
    found = recognizer(["paris \ud800 london", "paris"])
    assert all(e["text"] == "paris \ud800 london"[e["start"] : e["end"]] for e in found[0])
    assert places(found[1:]) == places([recognizer("paris")])


def test_checkpoints_that_are_no_recognizer(tiny_bert_dir, tmp_path):
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    for name, build in (("unnamed", BertForTokenClassification), ("headless", BertModel)):
        build.from_pretrained(tiny_bert_dir).save_pretrained(tmp_path / name)
        tokenizer.save_pretrained(tmp_path / name)
    with pytest.raises(ValueError, match="does not name its labels"):
        EntityRecognizer.from_pretrained(tmp_path / "unnamed")
    model = BertModel.from_pretrained(tiny_bert_dir, id2label=dict(enumerate(LABELS)))
    model.save_pretrained(tmp_path / "headless")
    with pytest.raises(ValueError, match=r"is no recognizer: it has no weights for classifier"):
        EntityRecognizer.from_pretrained(tmp_path / "headless")
    with pytest.raises(FileNotFoundError, match="there is no recognizer"):
        EntityRecognizer.from_pretrained(tmp_path / "nowhere")
    (tmp_path / "hollow").mkdir()
    with pytest.raises(ValueError, match="holds no recognizer"):
        EntityRecognizer.from_pretrained(tmp_path / "hollow")


@pytest.mark.parametrize(
    ("backend", "name", "said"),
    [
        ("torch", "model.safetensors", "holds no recognizer"),
        ("onnx", "model.onnx", r"model\.onnx cannot be read"),
        ("openvino", "openvino_model.xml", r"openvino_model\.xml cannot be read"),
    ],
)
def test_weights_that_were_cut_off(folder, tmp_path, backend, name, said):
    pytest.importorskip("onnxruntime" if backend == "onnx" else backend)
    cut = shutil.copytree(folder, tmp_path / "cut")
    (cut / name).write_bytes(b"<net>")
    with pytest.raises(ValueError, match=said):
        EntityRecognizer.from_pretrained(cut, backend)


def test_options_that_make_no_sense(folder):
    with pytest.raises(ValueError, match="unknown backend 'jax'"):
        EntityRecognizer.from_pretrained(folder, backend="jax")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="reads at most 64 tokens"):
        EntityRecognizer.from_pretrained(folder, max_length=65)
    with pytest.raises(ValueError, match="leave no room"):
        EntityRecognizer.from_pretrained(folder, max_length=2)
    with pytest.raises(ValueError, match="decoding is 'beam'"):
        EntityRecognizer.from_pretrained(folder, decoding="beam")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="not in 'int3'"):
        EntityRecognizer.from_pretrained(folder, dtype="int3")
