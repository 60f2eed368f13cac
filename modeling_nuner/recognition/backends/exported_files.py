"""Names of the files that `nuner export` writes."""

from __future__ import annotations

from pathlib import Path

# Format and precision -> file.
EXPORTED_FILES = {
    ("onnx", "float32"): "model.onnx",
    ("onnx", "int8"): "model_int8.onnx",
    ("openvino", "float32"): "openvino_model.xml",
    ("openvino", "int8"): "openvino_model_int8.xml",
}


def exported_file(folder: Path, file_format: str, dtype: str) -> Path:
    """Find an exported file.

    Args:
        folder: The folder of the export.
        file_format: `"onnx"` or `"openvino"`.
        dtype: `"float32"` or `"int8"`.

    Returns:
        The file.

    Raises:
        FileNotFoundError: If it was not exported.
        ValueError: If there is no such precision.
    """
    name = EXPORTED_FILES.get((file_format, dtype))
    if name is None:
        raise ValueError(f"the {file_format} backend computes in float32 or int8, not in {dtype!r}")
    path = folder / name
    if not path.is_file():
        option = " --int8" if dtype == "int8" else ""
        raise FileNotFoundError(
            f"{folder} holds no {name}; write it with: nuner export RECOGNIZER --format {file_format}{option}"
        )
    return path


def unreadable_export(path: str, error: Exception) -> ValueError:
    """Return what to raise where a library cannot read an exported file.

    Args:
        path: The file.
        error: What the library says.
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return ValueError(f"{path} cannot be read ({lines[-1] if lines else type(error).__name__}): export it once more")


def parity_file(path: Path) -> Path:
    """Return where the parity check of an exported file is written.

    Args:
        path: The exported file.

    Returns:
        `<file>.parity.json` beside it.
    """
    return path.with_name(f"{path.name}.parity.json")
