"""Options of every command that runs a recognizer."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from nuner.modeling_nuner.checkpoint_kinds import CheckpointKind, holds_export

from ..wrong_kinds import Needed, refuse_wrong_kind


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
Labels = Annotated[
    list[str] | None,
    typer.Option(
        "--label",
        help="Entity type to find, alone or as NAME=DESCRIPTION; may be repeated. Any type of a bi-encoder; of a "
        "fine-tuned recognizer only its own, without descriptions.",
        show_default=False,
    ),
]
Threshold = Annotated[
    float | None,
    typer.Option(
        help="Score, 0 to 1, from which a word (bi-encoder) or an entity (fine-tuned recognizer) counts.",
        show_default=False,
    ),
]


def named_types(label: list[str] | None) -> dict[str, str] | None:
    """Return the types that were given by `--label`, with their descriptions.

    Args:
        label: The values: `name`, or `name=description`, in which the first `=` ends the name.

    Returns:
        The description of each, the name itself where there is none; None when no type was given.

    Raises:
        ValueError: If a name comes twice, or a name or description is blank.
    """
    if not label:
        return None
    types: dict[str, str] = {}
    for value in label:
        name, divided, description = (part.strip() for part in value.partition("="))
        if not name or (divided and not description):
            raise ValueError(f"--label {value!r} is blank on one side of =: give NAME or NAME=DESCRIPTION")
        if name in types:
            raise ValueError(f"--label {name!r} comes twice: give it once, with its description if there is one")
        types[name] = description or name
    return types


def refuse_other_than_recognizer(model: str, backend: Runtime, types: object = None) -> None:
    """Refuse what is no recognizer that a backend runs.

    Args:
        model: Folder or Hub id, as the user gave it.
        backend: What shall compute.
        types: Types that were named; a bi-encoder finds them.

    Raises:
        ValueError: If it is a folder or file of another kind.
    """
    if backend == Runtime.torch:
        refuse_wrong_kind(model, Needed.RECOGNIZER, accepted=(CheckpointKind.BI_ENCODER,) if types else ())
    elif not holds_export(Path(model)):
        refuse_wrong_kind(model, Needed.EXPORT)
