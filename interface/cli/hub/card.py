"""`nuner card`: write the card of a model or a corpus, with what only its maker knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from nuner.data_builders.data_kinds import DataKind
from nuner.data_builders.plain_console import PlainConsole

from ..wrong_kinds import Needed, refuse_wrong_kind


def card(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A saved model or a corpus.", show_default=False)],
    name: Annotated[
        str | None, typer.Option("--id", help="What it will be loaded by, for the snippets: namespace/name.")
    ] = None,
    license_: Annotated[
        str | None, typer.Option("--license", help="License, as the Hub names it: mit, apache-2.0, cc-by-4.0, ...")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Language of the text (ISO 639-1); may be repeated.")
    ] = None,
    base_model: Annotated[
        str | None,
        typer.Option(help="Hub id of the encoder that a model was made from, if it was loaded from a folder."),
    ] = None,
    few_shot: Annotated[
        Path | None, typer.Option(help="few_shot.json of `nuner benchmark`, for a model's card.")
    ] = None,
    few_shot_encoder: Annotated[
        str | None, typer.Option(help="Which encoder of it the model is; the last one by default.")
    ] = None,
    example: Annotated[
        list[str] | None, typer.Option(help="A text to try a recognizer with; may be repeated.")
    ] = None,
) -> None:
    """Write FOLDER/README.md from the model or the corpus and what is recorded of its making, and check it.

    What is given here is recorded too. A card without the line that says that nuner wrote it is left as it is.
    """
    from nuner.data_builders.files.output_lock import output_lock
    from nuner.hub_cards.cards.card_file import CARD_FILE, as_before_on_error, is_generated
    from nuner.hub_cards.cards.checks import check_card
    from nuner.hub_cards.cards.dataset_card import write_dataset_card
    from nuner.hub_cards.cards.few_shot_table import FewShotTable, without_paths
    from nuner.hub_cards.cards.model_card import write_model_card
    from nuner.hub_cards.facts.checkpoint import holds_checkpoint
    from nuner.hub_cards.facts.corpus_facts import CORPUS_FACTS_FILE, CorpusFacts
    from nuner.hub_cards.facts.training_facts import FACTS_FILE, Source, TrainingFacts

    refuse_wrong_kind(folder, Needed.TO_PUBLISH, accepted=(DataKind.CORPUS,) if folder.is_dir() else ())
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder.")
    context.with_resource(output_lock(folder))
    stated: dict[str, Any] = {"license": license_, "languages": language}
    is_model = holds_checkpoint(folder)
    if is_model:
        stated |= {"examples": example, "text_encoder": Source.of(base_model) if base_model else None}
        if few_shot is not None:
            figures = _read_json(few_shot)
            FewShotTable(figures, few_shot_encoder)
            stated |= {"few_shot": without_paths(figures), "few_shot_encoder": few_shot_encoder}
        facts: Any = TrainingFacts.load(folder)
    elif base_model or few_shot or few_shot_encoder or example:
        raise ValueError("--base-model, --few-shot, --few-shot-encoder and --example are for models.")
    else:
        facts = CorpusFacts.load(folder)
    for field, value in stated.items():
        if value:
            setattr(facts, field, value)
    ours = is_generated(folder / CARD_FILE)
    # A card that is refused is not left lying there.
    with as_before_on_error(folder / CARD_FILE, folder / (FACTS_FILE if is_model else CORPUS_FACTS_FILE)):
        if is_model:
            path = write_model_card(folder, facts, model_id=name)
        else:
            path = write_dataset_card(folder, facts, dataset_id=name)
        check_card(folder)
    said = "Written" if ours else "Left as it is, since it was written by hand; recorded what was given"
    PlainConsole().tell(f"{said}: {path}")


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is not JSON: {error}") from error
