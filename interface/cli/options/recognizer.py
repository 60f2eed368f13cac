"""Options of every command that runs a recognizer."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer


class Runtime(str, Enum):
    """What computes."""

    torch = "torch"
    onnx = "onnx"
    openvino = "openvino"


class Decoding(str, Enum):
    """How labels become entities."""

    greedy = "greedy"
    viterbi = "viterbi"


Backend = Annotated[Runtime, typer.Option(help="What computes; onnx and openvino read exports.")]
Dtype = Annotated[
    str | None, typer.Option(help="float32, bfloat16, float16, or int8 for exports.", show_default=False)
]
Decode = Annotated[
    Decoding, typer.Option("--decoding", help="The best label of each word, or the best valid sequence.")
]
Labels = Annotated[list[str] | None, typer.Option(help="Entity type that a bi-encoder shall find; may be repeated.")]
