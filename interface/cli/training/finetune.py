"""`nuner finetune`: make a recognizer from an encoder and labelled sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from ..errors import StoppedByUser
from ..options.labelled import Config, Data, Scheme, TagsColumn
from ..output import quiet_libraries
from .finetuning_account import finetuning_account

if TYPE_CHECKING:
    from datasets import Dataset

ADAPTERS_FOLDER = "adapters"
FIGURES_FILE = "finetuning.json"
VALIDATION_SPLITS = ("validation", "dev", "valid")

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
    encoder: Annotated[
        str, typer.Argument(help="Folder or Hub id of a NuNER checkpoint or of any encoder.", show_default=False)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the recognizer.")],
    data: Data = "support-tickets",
    config: Config = None,
    scheme: Scheme = None,
    tags_column: TagsColumn = None,
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
) -> None:
    """Fine-tune a recognizer on labelled sentences, and measure it on the test split.

    Writes the recognizer with its tokenizer and its card to OUTPUT, and the scores to OUTPUT/finetuning.json. With
    one linear layer it is the plain token classifier of the encoder's architecture, wherever that has the same head.
    With --preset lora, the adapters are merged into it, and kept by themselves in OUTPUT/adapters.
    """
    from nuner.data_builders.labelled.load import entity_types, load_labelled
    from nuner.data_builders.labelled.sampling import annotation_counts, sample_k_shot
    from nuner.hub_cards.cards.model_card import write_model_card
    from nuner.trainers.fine_tuning.adapters import save_adapters
    from nuner.trainers.fine_tuning.run import finetune as train_recognizer
    from nuner.trainers.fine_tuning.saving import save_recognizer
    from nuner.trainers.word_tokenizer import load_word_tokenizer

    quiet_libraries()
    console = Console()
    load_word_tokenizer(encoder)
    scheme_: Any = scheme
    splits = load_labelled(data, config=config, scheme=scheme_, tags_column=tags_column, types=types)
    for needed in ("train", "test"):
        if needed not in splits:
            raise ValueError(f"{data} has no split {needed!r}, only {', '.join(map(str, splits))}")
    train, test = splits["train"], splits["test"]
    validation: Dataset | None = None
    if early_stopping is not None:
        name = next((name for name in VALIDATION_SPLITS if name in splits), None)
        if name is None:
            raise ValueError(f"early stopping needs a split {VALIDATION_SPLITS[0]!r}, and {data} has none")
        validation = splits[name]
    if k is not None:
        train = train.select(sample_k_shot(annotation_counts(train), k, seed))
    sample = f"k = {k}, seed {seed}" if k is not None else None
    about = f"{len(train):,} sentences of {data}" + (f" ({sample})" if sample is not None else "")
    console.print(f"Training on {about}; {len(entity_types(train))} types", highlight=False, markup=False)
    given = {
        "num_train_epochs": epochs,
        "learning_rate": learning_rate,
        "per_device_train_batch_size": batch_size,
        "class_weights": class_weights,
        "early_stopping_patience": early_stopping,
    }
    account = finetuning_account(
        encoder,
        data,
        train,
        test,
        sample=sample,
        license=license_,
        languages=language or [],
        examples=example or [],
    )
    try:
        trainer = train_recognizer(
            encoder,
            train,
            output,
            eval_dataset=validation,
            preset=preset,
            max_length=max_length,
            seed=seed,
            callbacks=[account],
            **{name: value for name, value in given.items() if value is not None},
        )
        scores = trainer.evaluate(test)
    except KeyboardInterrupt:
        raise StoppedByUser(f"Stopped; nothing was written to {output}.") from None
    model: Any = trainer.model
    tokenizer: Any = trainer.processing_class
    args: Any = trainer.args
    architecture = save_recognizer(model, tokenizer, output)
    account.facts.type_scores = trainer.type_scores
    write_model_card(output, account.facts)
    if args.lora_rank:
        save_adapters(model, tokenizer, output / ADAPTERS_FOLDER)
    figures = {
        "encoder": encoder,
        "data_set": data,
        "train_sentences": len(train),
        "test_sentences": len(test),
        "k": k,
        "seed": seed,
        "preset": preset,
        "epochs": args.num_train_epochs,
        "steps": trainer.state.global_step,
        "learning_rate": args.learning_rate,
        "batch_size": args.per_device_train_batch_size,
        "classifier_init": args.classifier_init,
        "arguments": given,
        "architecture": architecture,
        "test": scores,
    }
    (output / FIGURES_FILE).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    table = Table(title=f"Entities of the test split of {data} ({len(test):,} sentences)", title_justify="left")
    for heading in _SHOWN:
        table.add_column(heading, justify="right")
    table.add_row(*(f"{100 * scores[f'eval_{name}']:.2f}" for name in _SHOWN.values()))
    console.print(table)
    kind = "needs this package or trust_remote_code" if architecture.startswith("NuNer") else "plain transformers"
    console.print(f"Written: {output} ({architecture}, {kind})", highlight=False, markup=False, soft_wrap=True)
