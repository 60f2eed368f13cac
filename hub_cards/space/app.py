"""A page to try a named entity recognizer on: text in, highlighted entities out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import gradio as gr
from gradio.themes import Base, Soft
from transformers import pipeline

SETTINGS = Path(__file__).with_name("space.json")
# Long texts are read in windows that overlap by so many sub-words.
OVERLAP = 64
# Dark text is readable on all of them.
COLORS = ("#a6cee3", "#fdbf6f", "#b2df8a", "#fb9a99", "#cab2d6", "#ffed6f", "#8dd3c7", "#d9d9d9")
# A font of the reader's machine: nothing is fetched from elsewhere.
FONT = ("system-ui", "sans-serif")


def load_recognizer(model: str, trust_remote_code: bool = False) -> Any:
    """Load a recognizer that reads texts of any length.

    Args:
        model: Folder or Hub id.
        trust_remote_code: Whether code that the checkpoint brings may run.

    Returns:
        A pipeline that gives whole entities.
    """
    # The annotations of `pipeline` do not know its tasks.
    recognizer = partial(cast(Any, pipeline), "ner", aggregation_strategy="first")
    ner = recognizer(model=model, trust_remote_code=trust_remote_code)
    # As this package finds the longest input; but the page has to stand alone, since a Space has nothing of ours.
    encoder = getattr(ner.model.config, "text_config", ner.model.config)
    longest = min(ner.tokenizer.model_max_length, getattr(encoder, "max_position_embeddings", 512) - 2)
    if longest <= 2 * OVERLAP:
        return ner
    ner.tokenizer.model_max_length = longest
    return recognizer(model=ner.model, tokenizer=ner.tokenizer, stride=OVERLAP)


def entity_types(ner: Any) -> list[str]:
    """Return the types that a recognizer knows.

    Args:
        ner: What `load_recognizer` gave.

    Returns:
        The types, in the order of their labels.
    """
    labels = ner.model.config.id2label
    names = (labels[i] for i in sorted(labels))
    return list(dict.fromkeys(name[2:] if name[:2] in ("B-", "I-") else name for name in names if name != "O"))


def entities_of(ner: Any, text: str) -> list[dict[str, Any]]:
    """Find the entities of a text.

    Args:
        ner: What `load_recognizer` gave.
        text: The text.

    Returns:
        Of each entity `start`, `end`, `label` and `score`.
    """
    return [
        {"start": e["start"], "end": e["end"], "label": e["entity_group"], "score": float(e["score"])}
        for e in ner(text)
    ]


def build(
    find: Callable[[str], Sequence[Mapping[str, Any]]], types: Sequence[str], name: str, examples: Sequence[str] = ()
) -> gr.Blocks:
    """Build the page.

    Args:
        find: Gives the entities of a text, each with `start`, `end`, `label` and `score`.
        types: The types that it finds.
        name: What to call the recognizer.
        examples: Texts to begin with.

    Returns:
        The page; `launch()` serves it.
    """

    def recognize(text: str) -> tuple[dict[str, Any], list[list[Any]]]:
        entities = find(text) if text.strip() else []
        found = [{"entity": e["label"], "start": e["start"], "end": e["end"]} for e in entities]
        rows = [[text[e["start"] : e["end"]], e["label"], round(e["score"], 3)] for e in entities]
        return {"text": text, "entities": found}, rows

    with gr.Blocks(title=f"{name}: named entities", analytics_enabled=False) as page:
        gr.Markdown("# Named entities\n\nType a text, or take one of the examples.")
        text = gr.Textbox(examples[0] if examples else "", lines=4, label="Text", elem_id="text")
        button = gr.Button("Recognize", variant="primary", elem_id="recognize")
        marked = gr.HighlightedText(
            label=f"Entities found by {name}",
            elem_id="entities",
            color_map={type: COLORS[i % len(COLORS)] for i, type in enumerate(types)},
            show_legend=len(types) <= len(COLORS),
            combine_adjacent=False,
        )
        table = gr.Dataframe(headers=["text", "type", "score"], label="As a table", elem_id="table", interactive=False)
        if examples:
            gr.Examples([[example] for example in examples], [text])
        gr.on([button.click, text.submit], recognize, text, [marked, table], api_name="recognize")
        if examples:
            page.load(recognize, text, [marked, table], api_visibility="private")
    return page


def theme() -> Base:
    """Return the look of the page, without fonts from elsewhere."""
    return Soft(font=FONT, font_mono=("ui-monospace", "monospace"))


if __name__ == "__main__":
    settings = json.loads(SETTINGS.read_text(encoding="utf-8"))
    recognizer = load_recognizer(settings["model"], settings["trust_remote_code"])
    page = build(partial(entities_of, recognizer), entity_types(recognizer), settings["model"], settings["examples"])
    page.launch(theme=theme())
