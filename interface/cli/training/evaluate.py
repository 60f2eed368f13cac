"""`nuner evaluate`: measure a recognizer on labelled sentences, and show its errors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from nuner.data_builders.plain_console import PlainConsole

from ..options.corpus import OnError, OnErrorPolicy
from ..options.labelled import Config, Data, Scheme, TagsColumn, WordsColumn, refuse_other_than_labelled
from ..options.output import Force
from ..options.recognizer import (
    Backend,
    Decode,
    Decoding,
    Dtype,
    Labels,
    Runtime,
    Threshold,
    named_types,
    refuse_other_than_recognizer,
)
from ..output import quiet_libraries

if TYPE_CHECKING:
    from nuner.trainers.evaluation.recognizer_evaluation import RecognizerEvaluation

# Kind -> its heading, short enough for a terminal.
_HEADINGS = {
    "correct": "correct",
    "missed": "missed",
    "spurious": "spurious",
    "wrong type": "type",
    "wrong boundary": "boundary",
    "wrong type and boundary": "both",
}


def evaluate(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="Folder or Hub id of a recognizer.", show_default=False)],
    data: Data,
    split: Annotated[
        str | None, typer.Option(help="Split to measure on; test by default, or the only one there is.")
    ] = None,
    config: Config = None,
    scheme: Scheme = None,
    words_column: WordsColumn = None,
    tags_column: TagsColumn = None,
    on_error: OnError = OnErrorPolicy.stop,
    label: Labels = None,
    threshold: Threshold = None,
    backend: Backend = Runtime.torch,
    dtype: Dtype = None,
    decoding: Decode = Decoding.greedy,
    output: Annotated[Path, typer.Option("--output", "-o", help="JSON file for the figures.")] = Path(
        "evaluation.json"
    ),
    html: Annotated[
        Path | None, typer.Option(help="HTML file for the errors and predictions in their sentences.")
    ] = None,
    force: Force = False,
) -> None:
    """Measure a recognizer: F1 of entities and words, scores and errors of each type.

    An error is missed, spurious, of a wrong type, of a wrong boundary, or of both.
    """
    from nuner.data_builders.files.new_output import new_output
    from nuner.data_builders.labelled.load import load_labelled
    from nuner.data_builders.labelled.sources.split_names import find_split
    from nuner.modeling_nuner.recognition.recognizer import EntityRecognizer
    from nuner.trainers.evaluation.page import write_evaluation_page
    from nuner.trainers.evaluation.recognizer_evaluation import evaluate_recognizer
    from nuner.trainers.fine_tuning.run import held_out_of
    from nuner.trainers.held_out import with_test_split

    quiet_libraries()
    types = named_types(label)
    refuse_other_than_recognizer(model, backend, types)
    refuse_other_than_labelled(data)
    files = [path for path in (output, html) if path is not None]
    context.with_resource(new_output(*files, inputs=[model, data], overwrite=force))
    scheme_: Any = scheme
    splits = load_labelled(
        data,
        config=config,
        scheme=scheme_,
        words_column=words_column,
        tags_column=tags_column,
        on_error=on_error.value,
    )
    console = PlainConsole()
    if split is None and held_out_of(model, data) and "test" not in splits:
        splits, note = with_test_split(splits, data)
        console.tell(f"{note}, as in fine-tuning.")
    chosen = find_split(split or (str(next(iter(splits))) if len(splits) == 1 else "test"), map(str, splits))
    if chosen is None:
        raise ValueError(
            f"{data} has no split {split or 'test'!r}, only {', '.join(map(str, splits))}; choose with --split"
        )
    recognizer = EntityRecognizer.from_pretrained(
        model, backend.value, dtype, labels=types, threshold=threshold, decoding=decoding.value
    )
    chosen_options = {"labels": types, "threshold": threshold}
    measured_on = {
        "recognizer": model,
        "data_set": data,
        "split": chosen,
        **{name: value for name, value in chosen_options.items() if value is not None},
    }
    evaluation = evaluate_recognizer(recognizer, splits[chosen], measured_on=measured_on, show_progress=True)
    evaluation.to_json(output)
    if html is not None:
        write_evaluation_page(evaluation, html)
    title = f"Entities of the split {chosen} of {data} ({len(evaluation.sentences):,} sentences)"
    console.print(_table(evaluation, title))
    f1, precision, recall, token_f1 = (
        f"{100 * evaluation.scores[name]:.2f}" for name in ("f1", "precision", "recall", "token_macro_f1")
    )
    console.tell(f"F1 {f1} (precision {precision}, recall {recall}); token macro F1 {token_f1}")
    for names, what in (
        (evaluation.unknown_types, "The recognizer does not know {}: all their entities count as missed."),
        (evaluation.unlabelled_types, "The data set does not label {}: what was found of them counts as spurious."),
    ):
        if names:
            console.print(what.format(", ".join(names)))
    console.tell(f"Written: {', '.join(map(str, files))}")


def _table(evaluation: RecognizerEvaluation, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("type", overflow="fold")
    for heading in ("F1", *_HEADINGS.values()):
        table.add_column(heading, justify="right")
    for name, counts in evaluation.errors().items():
        f1 = evaluation.types[name]["f1"] if name in evaluation.types else 0.0
        table.add_row(name, f"{100 * f1:.1f}", *(f"{counts[kind]:,}" for kind in _HEADINGS))
    return table
