"""A recognizer as a folder that runs without torch, checked against its original."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from ..encoder_loading import without_load_report
from ..recognition.backends.exported_files import EXPORTED_FILES, parity_file
from ..recognition.recognizer import EntityRecognizer
from .exporter_logs import without_exporter_logs
from .parity import Parity, compare_recognizers

# In float32 an export is the same arithmetic in another order.
FLOAT32_TOLERANCE = 1e-2


def export_recognizer(
    checkpoint: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    sample_texts: Sequence[str],
    *,
    file_format: Literal["onnx", "openvino"] = "onnx",
    int8: bool = False,
) -> dict[str, Parity]:
    """Export a recognizer with its tokenizer, and check every file on sample text.

    Writes `config.json`, the tokenizer, the model in float32 and, if wanted, in int8, and beside each model file
    `<file>.parity.json` with the largest difference of logits and the number of labels that changed.

    Args:
        checkpoint: Folder or Hub id of any `...ForTokenClassification` checkpoint.
        folder: Where to write, one file after the other: an error leaves what is written by then. Give a new folder;
            `nuner export` puts it in its place when all is there.
        sample_texts: Text of the kind that will be read.
        file_format: `"onnx"` or `"openvino"`.
        int8: Whether to write the 8-bit model too.

    Returns:
        File name -> how far it is from the original.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If it is no recognizer, the sample is empty, or the float32 export computes something else.

    Example:
        ```python
        >>> from nuner import export_recognizer
        >>> # takes a while
        >>> export_recognizer("recognizer", "exported", ["Ada lives in Paris."], int8=True)  # doctest: +SKIP

        ```
    """
    from transformers import AutoModelForTokenClassification, AutoTokenizer

    from .onnx import export_onnx, quantize_onnx
    from .openvino import export_openvino, quantize_openvino

    if (file_format, "float32") not in EXPORTED_FILES:
        raise ValueError(f"unknown format {file_format!r}; there are onnx and openvino")
    if not any(text and not text.isspace() for text in sample_texts):
        raise ValueError("there is no sample text to check the export on")
    original = EntityRecognizer.from_pretrained(checkpoint, device="cpu")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with without_load_report():
        model: Any = AutoModelForTokenClassification.from_pretrained(
            checkpoint, dtype="float32", trust_remote_code=False
        )
    model.config.save_pretrained(target)
    AutoTokenizer.from_pretrained(checkpoint, trust_remote_code=False).save_pretrained(target)

    plain, small = (target / EXPORTED_FILES[file_format, dtype] for dtype in ("float32", "int8"))
    write, quantize = (export_onnx, quantize_onnx) if file_format == "onnx" else (export_openvino, quantize_openvino)
    with without_exporter_logs():
        write(model, plain)
    results = {plain.name: _check(original, target, file_format, "float32", sample_texts, checkpoint)}
    difference = results[plain.name].largest_logit_difference
    if not difference <= FLOAT32_TOLERANCE:
        raise ValueError(f"the logits of {plain} differ by {difference:.2g} from those of {checkpoint}")
    if int8:
        with without_exporter_logs():
            quantize(plain, small)
        results[small.name] = _check(original, target, file_format, "int8", sample_texts, checkpoint)
    return results


def _check(
    original: EntityRecognizer,
    folder: Path,
    file_format: Literal["onnx", "openvino"],
    dtype: str,
    sample_texts: Sequence[str],
    checkpoint: str | os.PathLike[str],
) -> Parity:
    exported = EntityRecognizer.from_pretrained(folder, file_format, dtype)
    parity = compare_recognizers(original, exported, sample_texts)
    path = folder / EXPORTED_FILES[file_format, dtype]
    packages = ("torch", "transformers", "onnxruntime" if file_format == "onnx" else "openvino")
    figures = {
        "file": path.name,
        "exported_from": Path(checkpoint).name,
        "dtype": dtype,
        **asdict(parity),
        "versions": {name: version(name) for name in packages},
    }
    parity_file(path).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return parity
