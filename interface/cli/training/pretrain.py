"""`nuner pretrain`: learn an entity encoder from an annotated corpus."""

from __future__ import annotations

import os
import sys
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from nuner.data_builders.plain_console import PlainConsole

from ..errors import BROKEN, StoppedByUser, UselessResult
from ..options.corpus import (
    CorpusFormat,
    ExcludeSource,
    KeepSource,
    Language,
    MaxAnnotations,
    MaxConcepts,
    MaxExamples,
    OnError,
    OnErrorPolicy,
    corpus_selection,
)
from ..options.output import Force
from ..output import is_first_of_machine, is_main_process, main_console, quiet_libraries
from ..reading_progress import ReadingProgress
from ..wrong_kinds import Needed, refuse_wrong_kind
from .pretraining_corpus import corpus_facts, read_corpus
from .type_pretraining import learn_types, refuse_options_of_pairs


class Preset(str, Enum):
    """Presets of the training arguments."""

    paper = "paper"
    quickstart = "quickstart"
    base = "base"


class Objective(str, Enum):
    """What is learnt."""

    contrastive = "contrastive"
    token_classification = "token-classification"


class Pooling(str, Enum):
    """How a concept name's vectors become one."""

    cls = "cls"
    mean = "mean"


def pretrain(
    context: typer.Context,
    text_encoder: Annotated[
        str, typer.Option(help="Folder or Hub id of the encoder, or of the bi-encoder, to start from.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the bi-encoder and its checkpoints.")],
    concept_encoder: Annotated[
        str | None, typer.Option(help="Encoder of the concept names; the text encoder by default.")
    ] = None,
    corpus: Annotated[
        list[str], typer.Option(help="bundled, or a file, a folder or a Hub id; files may be repeated.")
    ] = ["bundled"],  # noqa: B006 (typer reads the default, nobody changes it)
    corpus_format: Annotated[
        CorpusFormat, typer.Option("--format", help="Format of the corpus files.")
    ] = CorpusFormat.records,
    max_concepts: MaxConcepts = None,
    max_examples: MaxExamples = None,
    max_annotations: MaxAnnotations = None,
    language: Language = None,
    source: KeepSource = None,
    exclude_source: ExcludeSource = None,
    on_error: OnError = OnErrorPolicy.skip,
    streaming: Annotated[
        bool, typer.Option("--streaming", help="Read the corpus while the model learns, with --max-steps.")
    ] = False,
    objective: Annotated[
        Objective,
        typer.Option(help="Agree with concept names (NuNER), or classify tokens by the corpus' concepts (NER-BERT)."),
    ] = Objective.contrastive,
    preset: Annotated[Preset, typer.Option(help="Training arguments to start from.")] = Preset.paper,
    epochs: Annotated[float | None, typer.Option(help="Passes over the corpus.")] = None,
    max_steps: Annotated[int | None, typer.Option(min=1, help="Stop after so many steps.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Highest learning rate.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Sentences a step, in each process.")] = None,
    frozen_layers: Annotated[
        int | None, typer.Option(min=0, help="Lowest layers of the text encoder that are not trained.")
    ] = None,
    frozen_concept_layers: Annotated[
        int | None, typer.Option(min=0, help="Lowest layers of the concept encoder that are not trained.")
    ] = None,
    temperature: Annotated[float | None, typer.Option(help="Divisor of the dot products.")] = None,
    concept_pooling: Annotated[
        Pooling | None, typer.Option(help="Vector of a concept name: its first token's, or the mean.")
    ] = None,
    bf16: Annotated[
        bool | None, typer.Option("--bf16/--no-bf16", help="Compute in bfloat16; by default where that is faster.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the order, of dropout and of the samples of the corpus.")] = 0,
    max_eval_samples: Annotated[
        int | None,
        typer.Option(min=1, help="Measure so many validation sentences, always the same. [default: 5000]"),
    ] = None,
    save_steps: Annotated[
        int | None, typer.Option(min=1, help="Save every so many steps instead of every epoch.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the newest complete checkpoint.")] = False,
    license_: Annotated[
        str | None, typer.Option("--license", help="License of the model, for its card, as the Hub names it.")
    ] = None,
    force: Force = False,
) -> None:
    """Pre-train a bi-encoder on an annotated corpus (section 3 of the paper), or an encoder as NER-BERT (section 4.1).

    Writes the bi-encoder, if it is one, to OUTPUT, the plain text encoder to OUTPUT/backbone, both with their card,
    checkpoints to OUTPUT/checkpoints and the figures to OUTPUT/pretraining.json. Runs in several processes under
    torchrun. The exit code is 1 where the encoder has not learnt.
    """
    console = main_console()
    reading = context.with_resource(ReadingProgress(console))
    reading.advance("Loading the libraries", 0.0)

    from nuner.data_builders.files.new_output import new_output
    from nuner.data_builders.files.output_lock import output_lock
    from nuner.data_builders.files.whole_files import remove_folder
    from nuner.hub_cards.cards.model_card_callback import ModelCardCallback
    from nuner.hub_cards.facts.training_facts import Source, TrainingFacts
    from nuner.trainers.machines import LostProcessError
    from nuner.trainers.pretraining.run import BACKBONE, CHECKPOINTS, RESULTS_FILE
    from nuner.trainers.pretraining.run import pretrain as run
    from nuner.trainers.pretraining.validation.learning import NotLearntError
    from nuner.trainers.word_tokenizer import load_word_tokenizer

    quiet_libraries()
    if objective == Objective.token_classification:
        refuse_options_of_pairs(context)
        if streaming:
            raise ValueError("--streaming goes with --objective contrastive alone.")
    if streaming and max_steps is None:
        raise ValueError("--streaming needs --max-steps: a corpus that is read while the model learns has no length.")
    for each in corpus if corpus != ["bundled"] else ():
        refuse_wrong_kind(each, Needed.CORPUS)
    encoders = list(dict.fromkeys((text_encoder, concept_encoder or text_encoder)))
    for encoder in encoders:
        refuse_wrong_kind(encoder, Needed.ENCODER)
    if is_main_process():  # of torchrun's processes one writes
        context.with_resource(output_lock(output))
        inputs = [text_encoder, concept_encoder, *corpus]
        begun = (output / CHECKPOINTS).is_dir()  # by an earlier run, which says itself what can be done
        context.with_resource(new_output(output, inputs=inputs, overwrite=force or begun))
    if force and not resume and is_first_of_machine():
        remove_folder(output / CHECKPOINTS)
    for encoder in encoders:
        load_word_tokenizer(encoder)
    selection = corpus_selection(
        max_concepts=max_concepts,
        max_examples=max_examples,
        max_annotations=max_annotations,
        seed=seed,
        language=language,
        source=source,
        exclude_source=exclude_source,
        on_error=on_error,
    )
    name = "bundled" if corpus == ["bundled"] else corpus_format.value
    show: dict[str, Any] = {"reading": reading, "console": console}
    splits = read_corpus(corpus, name, selection, streaming=streaming, **show)
    overrides = {
        "num_train_epochs": epochs,
        "max_steps": max_steps,
        "learning_rate": learning_rate,
        "per_device_train_batch_size": batch_size,
        "num_frozen_text_layers": frozen_layers,
        "num_frozen_concept_layers": frozen_concept_layers,
        "bf16": bf16,
        "max_eval_samples": max_eval_samples,
        "save_steps": save_steps,
    }
    fields = {"temperature": temperature, "concept_pooling": concept_pooling and concept_pooling.value}
    account = ModelCardCallback(
        TrainingFacts(
            text_encoder=Source.of(text_encoder),
            concept_encoder=Source.of(concept_encoder or text_encoder),
            license=license_,
            **corpus_facts(corpus, splits, max_eval_samples, **show),
        )
    )
    reading.end()
    told: dict[str, Any] = {
        "preset": preset.value,
        "corpus_description": {"corpus": corpus, "format": name, **selection},
        "resume": resume,
        "tell": console.tell,
        "callbacks": [account],
        "seed": seed,
    }
    given = {option: value for option, value in overrides.items() if value is not None}
    not_learnt = None
    try:
        if objective == Objective.token_classification:
            not_learnt = learn_types(text_encoder, cast(Any, splits), output, **told, **given)
        else:
            run(
                text_encoder,
                splits,
                output,
                concept_encoder=concept_encoder,
                model_fields={field: value for field, value in fields.items() if value is not None},
                **told,
                **given,
            )
    except KeyboardInterrupt:
        raise StoppedByUser(f"Stopped. {_how_to_go_on(output)}") from None
    except LostProcessError as error:
        if is_first_of_machine():
            console = PlainConsole(stderr=True)
            console.tell(f"Error: {error}. {_how_to_go_on(output)}")
        _end_process_of_group(BROKEN)
    except NotLearntError as error:
        not_learnt = str(error)
    bi_encoder = f"{output} (bi-encoder), " if objective == Objective.contrastive else ""
    console.tell(f"Written: {bi_encoder}{output / BACKBONE} (plain encoder), {output / RESULTS_FILE} (figures)")
    if not_learnt is not None:
        raise UselessResult(not_learnt)
    _end_process_of_group()


def _end_process_of_group(code: int = 0) -> None:
    """End a process that `torchrun` started, where all is written and said.

    The threads of a process group now and then abort a process that ends in the usual way, and `torchrun` would call
    the whole run failed.
    """
    from torch import distributed

    if distributed.is_available() and distributed.is_initialized():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _how_to_go_on(output: Path) -> str:
    from nuner.trainers.checkpoints import latest_complete_checkpoint
    from nuner.trainers.pretraining.run import CHECKPOINTS

    checkpoint = latest_complete_checkpoint(output / CHECKPOINTS)
    if checkpoint is None:
        return "There is no checkpoint yet; the same command starts anew."
    return f"The checkpoint {checkpoint} is whole; the same command with --resume goes on from it."
