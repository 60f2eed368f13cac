"""Recognizers as OpenVINO files, in float32 and with 8-bit weights."""

from __future__ import annotations

import os

from transformers import PreTrainedModel

from .onnx import sample_inputs


def export_openvino(model: PreTrainedModel, path: str | os.PathLike[str]) -> None:
    """Write a token classifier as an OpenVINO model, with any number and length of texts.

    Uses the exporter of transformers, or OpenVINO's own converter where transformers has none.

    Args:
        model: The classifier.
        path: The `.xml` file; its weights lie beside it as `.bin`.
    """
    import openvino

    model = model.eval()
    try:
        from transformers.exporters.configs import OpenVINOConfig
        from transformers.exporters.exporter_openvino import OpenVINOExporter
    except ImportError:
        program = openvino.convert_model(model, example_input=sample_inputs())
    else:
        exported: Any = OpenVINOExporter().export(model, sample_inputs(), OpenVINOConfig(dynamic=True))
        # Until transformers 5.20 it is the model itself.
        program = getattr(exported, "program", exported)
    openvino.save_model(program, os.fspath(path), compress_to_fp16=False)


def quantize_openvino(source: str | os.PathLike[str], path: str | os.PathLike[str]) -> None:
    """Write an OpenVINO model whose linear layers have 8-bit weights, a scale for each output.

    The runtime then rounds what they are multiplied with too, in small groups of each token's vector, which keeps
    outliers from spoiling the rest. The classifier, the last of them, stays in float32.

    Args:
        source: The float32 `.xml` file.
        path: The `.xml` file to write.
    """
    import numpy as np
    import openvino
    from openvino import opset13

    model = openvino.Core().read_model(os.fspath(source))
    linear = [
        node
        for node in model.get_ordered_ops()
        if node.get_type_name() == "MatMul" and node.input_value(1).get_node().get_type_name() == "Constant"
    ]
    for node in linear[:-1]:
        weight = node.input_value(1).get_node().data  # pyright: ignore[reportAttributeAccessIssue]
        axis = 1 if node.get_attributes()["transpose_b"] else 0
        scale = np.maximum(np.abs(weight).max(axis=axis, keepdims=True), np.finfo(np.float32).tiny) / 127
        rounded = opset13.constant(np.round(weight / scale).astype(np.int8))
        product = opset13.multiply(opset13.convert(rounded, "f32"), opset13.constant(scale.astype(np.float32)))
        node.input(1).replace_source_output(product.output(0))
    openvino.save_model(model, os.fspath(path), compress_to_fp16=False)
