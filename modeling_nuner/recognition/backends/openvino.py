"""Exported token classifiers, run by OpenVINO; needs no torch."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from .exported_files import exported_file, unreadable_export
from .threads import allowed_threads

# Numbers of a token's vector that share a scale when they are rounded to 8 bits: small, so that the outliers of
# transformers spoil only their neighbors.
_INT8_GROUP = "64"
_PRECISION = {"float32": "f32", "bfloat16": "bf16", "float16": "f16", "int8": "bf16"}


class OpenVinoBackend:
    """An OpenVINO token classifier.

    Args:
        path: The `.xml` file.
        dtype: Precision of the computation. With `"int8"` the linear layers multiply 8-bit numbers; the rest is
            computed in bfloat16 where the processor is fast at it, else in float32.
    """

    batch_tokens = 1024
    max_padding = 0.0

    def __init__(self, path: str | os.PathLike[str], dtype: str = "float32") -> None:
        try:
            import openvino
        except ModuleNotFoundError as error:
            raise ImportError("openvino is not installed; install it with: pip install 'nuner[openvino]'") from error

        self.path, self.dtype = os.fspath(path), dtype
        core = openvino.Core()
        precision = _PRECISION[dtype]
        if dtype == "int8" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            precision = "f32"
        options: dict[str, Any] = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
        if threads := allowed_threads():
            options["INFERENCE_NUM_THREADS"] = threads
        if dtype == "int8":
            options["DYNAMIC_QUANTIZATION_GROUP_SIZE"] = _INT8_GROUP
        try:
            self.model = core.compile_model(self.path, "CPU", options)
        except RuntimeError as error:
            raise unreadable_export(self.path, error) from error
        self.inputs = {name for port in self.model.inputs for name in port.get_names()}
        # First inferences of several threads at once wait for each other for ever: the first is made here, by one.
        self(np.zeros((1, 1), dtype=np.int64), np.ones((1, 1), dtype=np.int64))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle the backend as its file."""
        return type(self), (self.path, self.dtype)

    @classmethod
    def from_folder(cls, folder: Path, dtype: str) -> OpenVinoBackend:
        """Load the file of a precision from what `nuner export` wrote.

        Args:
            folder: The folder.
            dtype: `"float32"`, `"bfloat16"`, `"float16"` (all from one file) or `"int8"`.

        Returns:
            The backend.

        Raises:
            FileNotFoundError: If it was not exported.
            ValueError: If there is no such precision.
        """
        if dtype not in _PRECISION:
            raise ValueError(f"the openvino backend computes in {', '.join(_PRECISION)}, not in {dtype!r}")
        return cls(exported_file(folder, "openvino", "int8" if dtype == "int8" else "float32"), dtype)

    def __call__(self, input_ids: np.ndarray, attention_mask: np.ndarray) -> np.ndarray:
        """Classify tokens, see `Backend`."""
        given = {"input_ids": input_ids, "attention_mask": attention_mask}
        # A request of its own for each call: threads may share the recognizer.
        request = self.model.create_infer_request()
        result = request.infer({name: value for name, value in given.items() if name in self.inputs})
        return np.array(result[0], dtype=np.float32)
