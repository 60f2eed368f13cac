"""Exported token classifiers, run by onnxruntime; needs no torch."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from .exported_files import exported_file, unreadable_export
from .threads import allowed_threads


class OnnxBackend:
    """An ONNX token classifier.

    Args:
        path: The `.onnx` file.
    """

    batch_tokens = 1024
    max_padding = 0.0

    def __init__(self, path: str | os.PathLike[str]) -> None:
        try:
            import onnxruntime
        except ModuleNotFoundError as error:
            raise ImportError("onnxruntime is not installed; install it with: pip install 'nuner[onnx]'") from error

        self.path = os.fspath(path)
        options = onnxruntime.SessionOptions()
        # Threads that wait actively take the cores from tokenizing and from other processes.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        options.intra_op_num_threads = allowed_threads() or 0
        try:
            self.session = onnxruntime.InferenceSession(self.path, options, providers=_providers())
        except Exception as error:  # a class for each reason
            raise unreadable_export(self.path, error) from error
        self.inputs = {value.name for value in self.session.get_inputs()}

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle the backend as its file."""
        return type(self), (self.path,)

    @classmethod
    def from_folder(cls, folder: Path, dtype: str) -> OnnxBackend:
        """Load the file of a precision from what `nuner export` wrote.

        Args:
            folder: The folder.
            dtype: `"float32"` or `"int8"`.

        Returns:
            The backend.

        Raises:
            FileNotFoundError: If it was not exported.
            ValueError: If there is no such precision.
        """
        return cls(exported_file(folder, "onnx", dtype))

    def __call__(self, input_ids: np.ndarray, attention_mask: np.ndarray) -> np.ndarray:
        """Classify tokens, see `Backend`."""
        given = {"input_ids": input_ids, "attention_mask": attention_mask}
        feed = {name: value for name, value in given.items() if name in self.inputs}
        output: list[np.ndarray] = self.session.run(["logits"], feed)  # pyright: ignore[reportAssignmentType]
        return output[0]


def _providers() -> list[str]:
    import onnxruntime

    wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
    return [name for name in wanted if name in onnxruntime.get_available_providers()]
