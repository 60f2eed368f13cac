"""Recognizers that are copied, pickled, sent to other processes, in any precision and place."""

import copy
import pickle

import datasets
import dill
import pytest
import torch
from support.tiny_bi_encoder import save_tiny_bi_encoder
from support.tiny_recognizer import save_tiny_recognizer

from nuner import EntityRecognizer, export_recognizer
from nuner.modeling_nuner.recognition.backends.torch import TorchBackend

TEXTS = ["paris visited london", "the acme order", "", "monday: berlin"] * 5
CASES = [
    *(("torch", dtype) for dtype in ("float32", "bfloat16", "float16")),
    *(("zero-shot", dtype) for dtype in ("float32", "bfloat16", "float16")),
    *((backend, dtype) for backend in ("onnx", "openvino") for dtype in ("float32", "int8")),
]


@pytest.fixture(scope="module")
def folders(tiny_bert_dir, tmp_path_factory):
    folder = save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("recognizer"))
    exported = tmp_path_factory.mktemp("exported")
    for file_format in ("onnx", "openvino"):
        export_recognizer(folder, exported, TEXTS[:1], file_format=file_format, int8=True)
    bi_encoder = save_tiny_bi_encoder(tiny_bert_dir, tmp_path_factory.mktemp("bi"))
    return {"torch": folder, "onnx": exported, "openvino": exported, "zero-shot": bi_encoder}


def load(folders, backend, dtype, **options):
    if backend == "zero-shot":
        return EntityRecognizer.from_pretrained(folders[backend], dtype=dtype, labels=["city", "day"], **options)
    return EntityRecognizer.from_pretrained(folders[backend], backend, dtype, **options)


@pytest.mark.parametrize(("backend", "dtype"), CASES)
def test_copies_find_the_same(folders, backend, dtype):
    recognizer = load(folders, backend, dtype)
    expected = recognizer(TEXTS)
    assert any(expected)
    for other in (
        copy.copy(recognizer),
        copy.deepcopy(recognizer),
        pickle.loads(pickle.dumps(recognizer)),
        dill.loads(dill.dumps(recognizer)),
    ):
        assert other(TEXTS) == expected


@pytest.mark.parametrize("backend", ["torch", "zero-shot", "onnx", "openvino"])
def test_map_of_datasets_in_two_processes(folders, backend):
    recognizer = load(folders, backend, "float32")
    rows = datasets.Dataset.from_dict({"text": TEXTS})
    found = rows.map(lambda batch: {"entities": recognizer(batch["text"])}, batched=True, batch_size=7, num_proc=2)
    places = [[(e["start"], e["end"], e["label"]) for e in entities] for entities in found["entities"]]
    assert places == [[(e["start"], e["end"], e["label"]) for e in entities] for entities in recognizer(TEXTS)]


def test_what_was_read_does_not_change_what_is_pickled(folders):
    tokenizer = load(folders, "torch", "float32").tokenizer
    before = pickle.dumps(tokenizer)
    tokenizer(TEXTS)
    assert pickle.dumps(tokenizer) == before


@pytest.mark.parametrize("backend", ["torch", "zero-shot"])
@pytest.mark.parametrize("device_map", ["cpu", {"": "cpu"}, "auto"])
def test_a_device_map(folders, backend, device_map):
    found = load(folders, backend, "float32", device_map=device_map)(TEXTS)
    expected = load(folders, backend, "float32")(TEXTS)
    for one, other in zip(found, expected, strict=True):
        assert [e["text"] for e in one] == [e["text"] for e in other]
        assert [e["score"] for e in one] == pytest.approx([e["score"] for e in other], abs=1e-5)


def test_a_device_map_is_for_torch(folders):
    with pytest.raises(ValueError, match="device_map is for the torch backend, not for onnx"):
        load(folders, "onnx", "float32", device_map="auto")


def test_a_processor_without_kernels_for_half_precision(folders, monkeypatch):
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False)
    backend = TorchBackend.from_pretrained(folders["torch"], "bfloat16")
    assert any(isinstance(module, torch.nn.Linear) for module in backend.model.modules())
    assert any(load(folders, "torch", "bfloat16")(TEXTS))
