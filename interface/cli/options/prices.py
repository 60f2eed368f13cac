"""The prices of a language model's tokens, as options of the commands that count what an annotation costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nuner.data_builders.annotation.llm.cost import Prices

PromptPrice = Annotated[
    float | None, typer.Option(min=0, help="Price of a million tokens sent, in any currency.", show_default=False)
]
CompletionPrice = Annotated[
    float | None, typer.Option(min=0, help="Price of a million tokens received.", show_default=False)
]


def prices_of(prompt: float | None, completion: float | None) -> Prices | None:
    """Return the prices that were given, or None.

    Args:
        prompt: The value of `--prompt-price`.
        completion: The value of `--completion-price`.

    Raises:
        ValueError: If one of them was given without the other, or is negative.
    """
    from nuner.data_builders.annotation.llm.cost import Prices

    if prompt is None and completion is None:
        return None
    if prompt is None or completion is None:
        raise ValueError("give both prices, --prompt-price and --completion-price; one of them may be 0.")
    return Prices(prompt, completion)
