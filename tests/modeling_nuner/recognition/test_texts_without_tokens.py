"""Texts of which the tokenizer leaves nothing: empty in, empty out, in every backend."""

import pytest
from support.scripts import save_encoder
from support.tiny_bi_encoder import save_tiny_bi_encoder
from support.tiny_recognizer import save_tiny_recognizer

from nuner import EntityRecognizer, ZeroShotRecognizer, export_recognizer

TEXTS = ["\u200b", "\ufeff", "\ufffd", "\x00", "\xad", "\u200d", "\ud800", "\ufeff \u200b"]
BACKENDS = [
    *(("torch", dtype) for dtype in ("float32", "bfloat16", "float16")),
    *((backend, dtype) for backend in ("onnx", "openvino") for dtype in ("float32", "int8")),
]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return save_encoder("word-piece", tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def folders(encoder, tmp_path_factory):
    folder = save_tiny_recognizer(encoder, tmp_path_factory.mktemp("recognizer"))
    exported = tmp_path_factory.mktemp("exported")
    for file_format in ("onnx", "openvino"):
        export_recognizer(folder, exported, ["Ada left."], file_format=file_format, int8=True)
    return {"torch": folder, "onnx": exported, "openvino": exported}


@pytest.fixture(scope="module")
def zero_shot(encoder, tmp_path_factory):
    return ZeroShotRecognizer.from_pretrained(
        save_tiny_bi_encoder(encoder, tmp_path_factory.mktemp("bi")), labels=["city"]
    )


def check(recognizer):
    [expected] = recognizer(["Ada left."])
    for text in TEXTS:
        assert recognizer(text) == []
        assert recognizer([text]) == [[]]
        assert recognizer([text, "Ada left.", text]) == [[], expected, []]
    assert recognizer(TEXTS) == [[]] * len(TEXTS)


@pytest.mark.parametrize(("backend", "dtype"), BACKENDS)
@pytest.mark.parametrize("decoding", ["greedy", "viterbi"])
def test_nothing_is_found(folders, backend, dtype, decoding):
    check(EntityRecognizer.from_pretrained(folders[backend], backend, dtype, decoding=decoding))


@pytest.mark.parametrize("nested", [False, True])
def test_nothing_is_found_of_named_types(zero_shot, nested):
    check(zero_shot.with_labels(["city", "person"], nested=nested))


@pytest.mark.parametrize("name", TEXTS)
def test_a_type_without_a_readable_name_is_refused(zero_shot, name):
    with pytest.raises(ValueError, match=r"the model reads nothing of the .*label .*: name it in other characters"):
        zero_shot.with_labels(["city", name])
    assert zero_shot.with_labels({name: "city"}).labels.types == [name]
