"""`nuner finetune`: make a recogniser from an encoder and labelled sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from .errors import StoppedByUser
from .output import quiet_libraries

FIGURES_FILE = "finetuning.json"


def finetune(
    encoder: Annotated[
        str, typer.Argument(help="Folder or Hub id of a NuNER checkpoint or of any encoder.", show_default=False)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the recogniser.")],
    data: Annotated[
        str, typer.Option(help="Labelled data set: a folder, a Hub id or support-tickets.")
    ] = "support-tickets",
    k: Annotated[
        int | None,
        typer.Option(help="Train on a sample of k to 2k entities a type; on all training sentences by default."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the sample, the first weights, the order and dropout.")] = 0,
    epochs: Annotated[float, typer.Option(help="Passes over the sentences.")] = 30,
    learning_rate: Annotated[float, typer.Option(help="Highest learning rate.")] = 2e-4,
    batch_size: Annotated[int, typer.Option(min=1, help="Sentences a step.")] = 8,
    classifier_layers: Annotated[int, typer.Option(min=1, max=2, help="1 (linear) or 2 (section 6).")] = 1,
) -> None:
    """Fine-tune a recogniser on labelled sentences, and measure it on the test split.

    Writes the recogniser with its tokenizer to OUTPUT, and the scores to OUTPUT/finetuning.json. With one linear
    layer it is the plain token classifier of the encoder's architecture, wherever that has the same head.
    """
    from nuner.data_builders.labelled import entity_types, load_labelled
    from nuner.data_builders.sampling import annotation_counts, sample_k_shot
    from nuner.trainers.features import load_word_tokenizer
    from nuner.trainers.input_length import fitting_length
    from nuner.trainers.recognizer_files import save_recognizer
    from nuner.trainers.token_classification import finetune as train_recognizer

    quiet_libraries()
    console = Console()
    load_word_tokenizer(encoder)
    splits = load_labelled(data)
    for needed in ("train", "test"):
        if needed not in splits:
            raise ValueError(f"{data} has no split {needed!r}, only {', '.join(map(str, splits))}")
    train, test = splits["train"], splits["test"]
    if k is not None:
        train = train.select(sample_k_shot(annotation_counts(train), k, seed))
    about = f"{len(train):,} sentences of {data}" + (f" (k = {k}, seed {seed})" if k is not None else "")
    console.print(f"Training on {about}; {len(entity_types(train))} types", highlight=False, markup=False)
    try:
        trainer = train_recognizer(
            encoder,
            train,
            output,
            eval_dataset=test,
            epochs=epochs,
            learning_rate=learning_rate,
            batch_size=batch_size,
            num_classifier_layers=classifier_layers,
            max_length=fitting_length(encoder),
            seed=seed,
        )
        scores = trainer.evaluate()
    except KeyboardInterrupt:
        raise StoppedByUser(f"Stopped; nothing was written to {output}.") from None
    model: Any = trainer.model
    tokenizer: Any = trainer.processing_class
    architecture = save_recognizer(model, tokenizer, output)
    figures = {
        "encoder": encoder,
        "data_set": data,
        "train_sentences": len(train),
        "test_sentences": len(test),
        "k": k,
        "seed": seed,
        "epochs": epochs,
        "learning_rate": learning_rate,
        "batch_size": batch_size,
        "classifier_layers": classifier_layers,
        "architecture": architecture,
        "test": scores,
    }
    (output / FIGURES_FILE).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    table = Table(title=f"Entities of the test split of {data} ({len(test):,} sentences)", title_justify="left")
    for name in ("precision", "recall", "f1", "macro_f1"):
        table.add_column(name, justify="right")
    table.add_row(*(f"{100 * scores[f'eval_{name}']:.2f}" for name in ("precision", "recall", "f1", "macro_f1")))
    console.print(table)
    kind = "needs this package or trust_remote_code" if architecture.startswith("NuNer") else "plain transformers"
    console.print(f"Written: {output} ({architecture}, {kind})", highlight=False, markup=False, soft_wrap=True)
