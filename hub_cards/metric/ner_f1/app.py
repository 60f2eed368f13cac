"""A page to try the metric on: tags in, figures out."""

from __future__ import annotations

from pathlib import Path

import evaluate
import gradio as gr

FOLDER = Path(__file__).parent
metric = evaluate.load(str(FOLDER / "ner_f1.py"))


def compute(references: str, predictions: str) -> dict[str, float]:
    """Score tags that were typed in: a sentence a line, tags divided by spaces.

    Args:
        references: The true tags.
        predictions: The predicted ones.

    Returns:
        Score -> its value.
    """
    gold, predicted = (
        [line.split() for line in text.splitlines() if line.strip()] for text in (references, predictions)
    )
    if len(gold) != len(predicted):
        raise gr.Error(f"There are {len(gold)} lines of references and {len(predicted)} of predictions.")
    try:
        return metric.compute(references=gold, predictions=predicted) or {}
    except ValueError as error:
        raise gr.Error(str(error)) from None


demo = gr.Interface(
    compute,
    inputs=[
        gr.Textbox("O B-city I-city O\nB-person O", lines=4, label="Reference tags, a sentence a line"),
        gr.Textbox("O B-city O O\nB-person O", lines=4, label="Predicted tags"),
    ],
    outputs=gr.JSON(label="Scores"),
    title="F1 of named entity recognition",
    article=(FOLDER / "README.md").read_text(encoding="utf-8").split("---\n", 2)[2],
    flagging_mode="never",
    analytics_enabled=False,
)

if __name__ == "__main__":
    demo.launch()
