import json

import pytest

from nuner.modeling_nuner.checkpoint_kinds import CheckpointKind, checkpoint_kind, holds_export

RECOGNIZER = {"model_type": "bert", "architectures": ["BertForTokenClassification"]}
EXPORTS = [["model.onnx"], ["model_int8.onnx"], ["openvino_model.xml", "openvino_model.bin"]]


@pytest.mark.parametrize("files", EXPORTS)
@pytest.mark.parametrize("weights", ["model.safetensors", "model-00001-of-00002.safetensors", "pytorch_model.bin"])
def test_an_export_beside_the_weights_leaves_a_recognizer_one(tmp_path, files, weights):
    (tmp_path / "config.json").write_text(json.dumps(RECOGNIZER))
    for name in files:
        (tmp_path / name).touch()
    assert checkpoint_kind(tmp_path) == CheckpointKind.EXPORT and holds_export(tmp_path)
    (tmp_path / weights).touch()
    assert checkpoint_kind(tmp_path) == CheckpointKind.RECOGNIZER and holds_export(tmp_path)
