"""`nuner finetune`: make a recognizer from an encoder and labelled sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from nuner.data_builders.plain_console import PlainConsole

from ..errors import StoppedByUser
from ..options.corpus import OnError, OnErrorPolicy
from ..options.labelled import Config, DataSets, Scheme, TagsColumn, WordsColumn, refuse_other_than_labelled
from ..options.output import Force
from ..output import quiet_libraries
from ..wrong_kinds import Needed, refuse_wrong_kind
from .finetuning_account import finetuning_account

# Heading of the table -> name of the score.
_SHOWN = {
    "precision": "precision",
    "recall": "recall",
    "F1": "f1",
    "macro F1": "macro_f1",
    "strict F1": "strict_f1",
    "token macro F1": "token_macro_f1",
}


def finetune(
    context: typer.Context,
    encoder: Annotated[
        str, typer.Argument(help="Folder or Hub id of a NuNER checkpoint or of any encoder.", show_default=False)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the recognizer.")],
    data: DataSets,
    config: Config = None,
    scheme: Scheme = None,
    words_column: WordsColumn = None,
    tags_column: TagsColumn = None,
    on_error: OnError = OnErrorPolicy.stop,
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Entity type to learn; all by default. Repeat for more.")
    ] = None,
    k: Annotated[
        int | None,
        typer.Option(help="Train on a sample of k to 2k entities a type; on all training sentences by default."),
    ] = None,
    preset: Annotated[
        str,
        typer.Option(
            help="default; probe (frozen encoder, section 4.1); section-6 (two layers with dropout); or lora."
        ),
    ] = "default",
    seed: Annotated[int, typer.Option(help="Seed of the sample, the first weights, the order and dropout.")] = 0,
    epochs: Annotated[
        float | None, typer.Option(help="Passes over the sentences; by default, what suits their number.")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Highest learning rate; the preset's by default.")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Sentences a step; the preset's by default.")] = None,
    class_weights: Annotated[str | None, typer.Option(help="balanced: rare labels weigh more in the loss.")] = None,
    early_stopping: Annotated[
        int | None,
        typer.Option(min=1, help="Stop after so many epochs without a better F1 on the validation split."),
    ] = None,
    max_length: Annotated[
        int, typer.Option(min=8, help="Longest row in sub-words; longer texts are split into windows.")
    ] = 256,
    license_: Annotated[
        str | None, typer.Option("--license", help="License of the recognizer, for its card, as the Hub names it.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Language of the text (ISO 639-1), for the card; may be repeated.")
    ] = None,
    example: Annotated[
        list[str] | None, typer.Option(help="A text for the card to try the recognizer with; may be repeated.")
    ] = None,
    force: Force = False,
) -> None:
    """Fine-tune a recognizer on labelled sentences, and measure it on the test split.

    Writes the recognizer with its tokenizer and its card to OUTPUT, and the scores to OUTPUT/finetuning.json. With
    one linear layer it is the plain token classifier of the encoder's architecture, wherever that has the same head.
    With --preset lora, the adapters are merged into it, and kept by themselves in OUTPUT/adapters.
    """
    from nuner.data_builders.files.new_output import new_output
    from nuner.data_builders.labelled.load import load_labelled
    from nuner.data_builders.labelled.sources.joining import join_labelled
    from nuner.trainers.fine_tuning.run import run_finetuning
    from nuner.trainers.held_out import with_test_split
    from nuner.trainers.word_tokenizer import load_word_tokenizer

    quiet_libraries()
    console = PlainConsole()
    refuse_wrong_kind(encoder, Needed.ENCODER)
    for each in data:
        refuse_other_than_labelled(each)
    context.with_resource(new_output(output, inputs=[encoder, *data], overwrite=force))
    load_word_tokenizer(encoder)
    scheme_: Any = scheme
    parts = [
        load_labelled(
            each,
            config=config,
            scheme=scheme_,
            words_column=words_column,
            tags_column=tags_column,
            types=types,
            on_error=on_error.value,
        )
        for each in data
    ]
    name = " + ".join(data)
    if len(parts) > 1:
        if not any("test" in part for part in parts):
            # Hand-labelled sentences come first, and it is them that tell how good a recognizer is.
            parts[0], held_out = with_test_split(parts[0], data[0])
            console.tell(held_out or "")
        splits = join_labelled(parts)
    else:
        (splits,) = parts
    account = finetuning_account(encoder, data, splits, license_, language or [], example or [])
    try:
        figures = run_finetuning(
            encoder,
            splits,
            output,
            data_name=name,
            k=k,
            preset=preset,
            seed=seed,
            max_length=max_length,
            overwrite=force,
            tell=console.tell,
            callbacks=[account],
            num_train_epochs=epochs,
            learning_rate=learning_rate,
            per_device_train_batch_size=batch_size,
            class_weights=class_weights,
            early_stopping_patience=early_stopping,
        )
    except KeyboardInterrupt:
        raise StoppedByUser(f"Stopped; nothing was written to {output}.") from None
    title = f"Entities of the test split of {name} ({figures['test_sentences']:,} sentences)"
    table = Table(title=title, title_justify="left")
    for heading in _SHOWN:
        table.add_column(heading, justify="right")
    table.add_row(*(f"{100 * figures['test'][f'eval_{name}']:.2f}" for name in _SHOWN.values()))
    console.print(table)
    architecture = figures["architecture"]
    kind = "needs this package or trust_remote_code" if architecture.startswith("NuNer") else "plain transformers"
    console.tell(f"Written: {output} ({architecture}, {kind})")
