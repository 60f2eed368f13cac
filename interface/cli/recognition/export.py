"""`nuner export`: a recognizer as ONNX or OpenVINO files."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from nuner.data_builders.plain_console import PlainConsole
from nuner.modeling_nuner.checkpoint_kinds import CheckpointKind

from ..options.output import Force
from ..output import quiet_libraries
from ..wrong_kinds import Needed, refuse_wrong_kind


class ExportFormat(str, Enum):
    """Formats of an export."""

    onnx = "onnx"
    openvino = "openvino"


def export(
    context: typer.Context,
    recognizer: Annotated[str, typer.Argument(help="Folder or Hub id of a recognizer.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the export.")],
    export_format: Annotated[
        ExportFormat, typer.Option("--format", help="For onnxruntime or for OpenVINO.")
    ] = ExportFormat.onnx,
    int8: Annotated[bool, typer.Option("--int8", help="Write an 8-bit model too.")] = False,
    sample: Annotated[
        Path | None,
        typer.Option(help="Texts of your own to check the export on (.txt, .jsonl, .csv, .parquet)."),
    ] = None,
    column: Annotated[str, typer.Option(help="Field of the sample with the text.")] = "text",
    force: Force = False,
) -> None:
    """Export a recognizer with its tokenizer, for use without torch, and check it against the original.

    Beside each model file lies FILE.parity.json: the largest difference of logits and the labels that changed.
    Without --sample, the check reads the support tickets' test sentences.
    """
    from nuner.data_builders.files.new_output import new_output
    from nuner.data_builders.files.whole_files import whole_files
    from nuner.data_builders.labelled.load import load_labelled
    from nuner.data_builders.labelled.support_tickets import SUPPORT_TICKETS
    from nuner.modeling_nuner.export.recognizer import export_recognizer

    from ...predictions.records import format_of, read_records

    _require_packages(export_format)
    quiet_libraries()
    refuse_wrong_kind(
        recognizer,
        Needed.RECOGNIZER,
        ways_out={
            CheckpointKind.BI_ENCODER: f"fine-tune it first: nuner finetune {recognizer} --data DATA -o RECOGNIZER",
            CheckpointKind.EXPORT: "give the recognizer that it was exported from",
        },
    )
    if sample is not None:
        refuse_wrong_kind(sample, Needed.TEXTS)
    context.with_resource(new_output(output, inputs=[recognizer, sample], overwrite=force))
    if sample is None:
        texts = [" ".join(tokens) for tokens in load_labelled(SUPPORT_TICKETS)["test"]["tokens"]]
    else:
        records = read_records(str(sample), format_of(sample), column)
        texts = [record[column] for record in records if isinstance(record[column], str)]
    console = PlainConsole()
    with whole_files(output) as staging:
        results = export_recognizer(recognizer, staging, texts, file_format=export_format.value, int8=int8)
    for name, parity in results.items():
        percent = 100 * parity.labels_changed / parity.words
        console.tell(
            f"Written: {output / name} (of {parity.words:,} words {parity.labels_changed:,} labels changed, "
            f"{percent:.2f}%; largest difference of logits {parity.largest_logit_difference:.2g})"
        )


def _require_packages(export_format: ExportFormat) -> None:
    from importlib.util import find_spec

    needed = ("onnx", "onnxruntime", "onnxscript") if export_format == ExportFormat.onnx else ("openvino",)
    missing = [name for name in needed if find_spec(name) is None]
    if missing:
        raise ValueError(
            f"exporting needs {', '.join(missing)}; install it with: pip install 'nuner[{export_format.value}]'"
        )
