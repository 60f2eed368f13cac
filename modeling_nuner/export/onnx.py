"""Recognizers as ONNX files, in float32 and with dynamic 8-bit arithmetic."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel

# A protobuf holds 2 GB; larger models keep their weights in a file beside it.
_MAX_SINGLE_FILE = 1_900_000_000


def sample_inputs() -> dict[str, Any]:
    """Make inputs to trace a token classifier with: two texts, so that no axis is taken for a constant."""
    input_ids = torch.arange(3, 19).reshape(2, 8)
    return {"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)}


def export_onnx(model: PreTrainedModel, path: str | os.PathLike[str]) -> None:
    """Write a token classifier as an ONNX file, with any number and length of texts.

    Uses the exporter of transformers, or `torch.onnx` where transformers has none.

    Args:
        model: The classifier.
        path: The `.onnx` file.

    Example:
        ```python
        >>> from nuner.modeling_nuner.export.onnx import export_onnx
        >>> export_onnx(model, "model.onnx")  # prints what the exporter says  # doctest: +SKIP

        ```
    """
    import onnx_ir

    model = model.eval()
    try:
        from transformers.exporters.configs import OnnxConfig
        from transformers.exporters.exporter_onnx import OnnxExporter
    except ImportError:
        axis = torch.export.Dim.AUTO
        shapes = {name: {0: axis, 1: axis} for name in sample_inputs()}
        program: Any = torch.onnx.export(
            model, (), kwargs=sample_inputs(), dynamic_shapes=shapes, output_names=["logits"], dynamo=True
        )
        onnx_model = program.model
    else:
        exported: Any = OnnxExporter().export(model, sample_inputs(), OnnxConfig(dynamic=True))
        # Until transformers 5.20 it is what torch exports.
        onnx_model = exported.program if hasattr(exported, "program") else exported.model
    size = sum(p.numel() * p.element_size() for p in model.parameters())
    onnx_ir.save(
        onnx_model, os.fspath(path), external_data=f"{Path(path).name}.data" if size > _MAX_SINGLE_FILE else None
    )


def quantize_onnx(source: str | os.PathLike[str], path: str | os.PathLike[str]) -> None:
    """Write an ONNX file whose linear layers multiply 8-bit numbers.

    Weights are rounded once, a scale for each output; what they are multiplied with is rounded as it comes, a scale
    for each batch. The classifier stays in float32: it is small, and its rounding would go straight into the labels.

    Args:
        source: The float32 file.
        path: The file to write.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    graph = onnx.load(os.fspath(source), load_external_data=False).graph
    weights = {tensor.name for tensor in graph.initializer}
    linear = [node.name for node in graph.node if node.op_type in ("MatMul", "Gemm") and node.input[1] in weights]
    quantize_dynamic(
        os.fspath(source),
        os.fspath(path),
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Gemm"],
        nodes_to_exclude=linear[-1:],
    )
