"""`nuner corpus`: build a corpus, and look at what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from nuner.data_builders.data_kinds import DataKind, data_kind
from nuner.data_builders.plain_console import PlainConsole

from ..command_group import CommandGroup
from ..options.corpus import (
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
from ..options.prices import CompletionPrice, PromptPrice, prices_of
from ..output import quiet_datasets
from ..reading_progress import ReadingProgress
from ..wrong_kinds import Needed, refuse_wrong_kind
from .corpus_figures import print_left_out, print_statistics, split_sizes
from .store_corpus import build_from_stores
from .wikipedia_corpus import wikipedia

if TYPE_CHECKING:
    from datasets import DatasetDict

    from nuner.data_builders.corpus.builder import NuNerCorpus
    from nuner.data_builders.corpus.report import BuildReport

# Options of `build` that have an effect on one kind of source only.
_OF_CORPORA = (
    "max_concepts",
    "max_examples",
    "max_annotations",
    "lowercase",
    "language",
    "source",
    "exclude_source",
    "source_split",
    "on_error",
    "cache_dir",
)
_OF_STORES = (
    "ignore_case",
    "normalize",
    "max_characters",
    "rows_per_shard",
    "prompt_price",
    "completion_price",
    "currency",
)

app = typer.Typer(cls=CommandGroup, help="Build an annotated corpus, and look at what it holds.", no_args_is_help=True)
app.command("wikipedia")(wikipedia)


Config = Annotated[
    str,
    typer.Argument(help="bundled, records (files in the corpus schema), numind or pile_ner.", show_default=True),
]
FilesOrStores = Annotated[
    list[str] | None,
    typer.Argument(help="Files, a folder of them or one Hub id; of a store: the other shards.", show_default=False),
]
ConfigOrStore = Annotated[
    str,
    typer.Argument(help="bundled, records, numind, pile_ner, or the store of nuner annotate.", show_default=True),
]
DataFiles = Annotated[
    list[str] | None,
    typer.Argument(help="JSON Lines, JSON or Parquet files, a folder of them, or one Hub id.", show_default=False),
]
Seed = Annotated[int, typer.Option(help="Chooses the samples, or of a store the records for review.")]
DropConcept = Annotated[
    list[str], typer.Option(help="Drop the sentences with this concept; may be repeated, '' drops none.")
]
Lowercase = Annotated[bool, typer.Option("--lowercase", help="Lower-case the concept names.")]
SourceSplit = Annotated[str | None, typer.Option(help="Which split of a Hub data set to read.")]
CacheDir = Annotated[Path | None, typer.Option(help="Where prepared data is kept; the cache of datasets by default.")]
IgnoreCase = Annotated[bool, typer.Option("--ignore-case", help="Of a store: also match entities in another case.")]
Normalize = Annotated[
    bool, typer.Option("--normalize", help="Of a store: also match look-alike quotes, dashes, spaces and accents.")
]
MaxCharacters = Annotated[int, typer.Option(help="Of a store: drop longer entities.")]
RowsPerShard = Annotated[int, typer.Option(help="Of a store: how many sentences a file holds at most.")]


@app.command()
def stats(
    context: typer.Context,
    config: Config = "bundled",
    data_files: DataFiles = None,
    max_concepts: MaxConcepts = None,
    max_examples: MaxExamples = None,
    max_annotations: MaxAnnotations = None,
    seed: Seed = 0,
    drop_concept: DropConcept = ["concept"],  # noqa: B006 (typer reads the default, nobody changes it)
    lowercase: Lowercase = False,
    language: Language = None,
    source: KeepSource = None,
    exclude_source: ExcludeSource = None,
    source_split: SourceSplit = None,
    on_error: OnError = OnErrorPolicy.skip,
    cache_dir: CacheDir = None,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write the figures to this file.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw frequency against rank of the concepts.")] = None,
    force: Force = False,
) -> None:
    """Print the size of a corpus, how its concepts are distributed and where its sentences are from."""
    from nuner.data_builders.corpus.rank_frequency import plot_rank_frequency
    from nuner.data_builders.corpus.statistics import CorpusStatistics
    from nuner.data_builders.files.new_output import new_output

    if plot is not None and find_spec("matplotlib") is None:
        raise typer.BadParameter("--plot needs matplotlib; install it with: pip install 'nuner[plot]'")
    quiet_datasets()
    options = corpus_selection(
        max_concepts=max_concepts,
        max_examples=max_examples,
        max_annotations=max_annotations,
        seed=seed,
        language=language,
        source=source,
        exclude_source=exclude_source,
        on_error=on_error,
    ) | _form(drop_concept, lowercase, source_split)
    written = [path for path in (json_path, plot) if path is not None]
    context.with_resource(new_output(*written, inputs=data_files or [], overwrite=force))
    builder = _prepared_builder(config, data_files, options, cache_dir)
    statistics = CorpusStatistics.of(builder.as_dataset())
    print_statistics(statistics, builder, _source_name(config, data_files))
    if json_path is not None:
        figures = {
            **statistics.to_dict(),
            "languages": statistics.language_counts,
            "sources": statistics.source_counts,
        }
        replace(_report(builder, config, data_files, options), statistics=figures).write(json_path)
    if plot is not None:
        names = [Path(file).name for file in data_files or []]
        plot_rank_frequency(statistics, plot, f"Concept frequency by rank: {_source_name(config, names)}")


@app.command()
def build(
    context: typer.Context,
    config: ConfigOrStore = "bundled",
    data_files: FilesOrStores = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the files.")] = Path("corpus"),
    max_concepts: MaxConcepts = None,
    max_examples: MaxExamples = None,
    max_annotations: MaxAnnotations = None,
    seed: Seed = 0,
    drop_concept: DropConcept = ["concept"],  # noqa: B006 (typer reads the default, nobody changes it)
    lowercase: Lowercase = False,
    language: Language = None,
    source: KeepSource = None,
    exclude_source: ExcludeSource = None,
    source_split: SourceSplit = None,
    on_error: OnError = OnErrorPolicy.skip,
    cache_dir: CacheDir = None,
    license_: Annotated[
        str | None, typer.Option("--license", help="License of the text, for its card; needed to push it publicly.")
    ] = None,
    ignore_case: IgnoreCase = False,
    normalize: Normalize = False,
    max_characters: MaxCharacters = 100,
    rows_per_shard: RowsPerShard = 100_000,
    prompt_price: PromptPrice = None,
    completion_price: CompletionPrice = None,
    currency: Annotated[
        str | None, typer.Option(help="Of a store: currency of the prices, for the cost on the card.")
    ] = None,
    force: Force = False,
) -> None:
    """Write a corpus as Parquet, also from an annotation store, with a report of what was kept and left out."""
    from nuner.data_builders.annotation.replies.alignment import AlignmentOptions
    from nuner.data_builders.corpus.parquet_shards import corpus_files
    from nuner.data_builders.corpus.report import REPORT_FILENAME
    from nuner.data_builders.files.new_output import new_output
    from nuner.hub_cards.facts.corpus_facts import CorpusFacts

    quiet_datasets()
    if data_kind(config) == DataKind.STORE:
        _refuse_options(
            context, _OF_CORPORA, f"{config} is an annotation store; build it, then choose from the result"
        )
        prices = prices_of(prompt_price, completion_price)
        if currency is not None and prices is None:
            raise ValueError("--currency needs the prices, --prompt-price and --completion-price.")
        stores = [config, *(data_files or [])]
        for store in stores:
            refuse_wrong_kind(store, Needed.STORE)
        context.with_resource(new_output(output, inputs=stores, overwrite=force))
        build_from_stores(
            stores,
            output,
            license_,
            prices,
            currency,
            alignment=AlignmentOptions(ignore_case, normalize, max_characters),
            drop_concepts=[name for name in drop_concept if name.strip()],
            rows_per_shard=rows_per_shard,
            seed=seed,
        )
        return
    _refuse_options(context, _OF_STORES, f"{config} is no annotation store")
    options = corpus_selection(
        max_concepts=max_concepts,
        max_examples=max_examples,
        max_annotations=max_annotations,
        seed=seed,
        language=language,
        source=source,
        exclude_source=exclude_source,
        on_error=on_error,
    ) | _form(drop_concept, lowercase, source_split)
    context.with_resource(new_output(output, inputs=data_files or [], overwrite=force))
    builder = _prepared_builder(config, data_files, options, cache_dir)
    chosen = {name: value for name, value in options.items() if value not in (None, [], False)}
    with corpus_files(output) as staging:
        for split, rows in cast("DatasetDict", builder.as_dataset()).items():
            rows.to_parquet(staging / f"{split}-00000-of-00001.parquet")
        _report(builder, config, data_files, options).write(staging / REPORT_FILENAME)
        CorpusFacts(license=license_, options=chosen, left_out=builder.report.rejections.counts()).save(staging)
    print_left_out(builder)
    PlainConsole().tell(f"Wrote {', '.join(split_sizes(builder))} to {output}")


def _refuse_options(context: typer.Context, names: Sequence[str], why: str) -> None:
    """Refuse options that were given and would have no effect."""
    for name in names:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise ValueError(f"--{name.replace('_', '-')} has no effect here: {why}.")


def _form(drop_concept: Sequence[str], lowercase: bool, source_split: str | None) -> dict[str, Any]:
    """Return the options that only these commands have, as `NuNerCorpus` names them."""
    return {
        "drop_concepts": [name for name in drop_concept if name.strip()],
        "lowercase": lowercase,
        "source_split": source_split,
    }


def _prepared_builder(
    config: str, data_files: Sequence[str] | None, options: dict[str, Any], cache_dir: Path | None
) -> NuNerCorpus:
    from nuner.data_builders.corpus.builder import NuNerCorpus

    if config not in NuNerCorpus.builder_configs:
        refuse_wrong_kind(config, Needed.FORMAT)
    for file in data_files or ():
        refuse_wrong_kind(file, Needed.CORPUS)
    # One name goes on its own, since it may be a Hub id.
    source = None if not data_files else data_files[0] if len(data_files) == 1 else list(data_files)
    with ReadingProgress(PlainConsole(stderr=True)) as reading:
        builder = NuNerCorpus(config, data_files=source, cache_dir=cache_dir, advance=reading.advance, **options)
        builder.download_and_prepare()
    return builder


def _source_name(config: str, data_files: Sequence[str] | None) -> str:
    return f"{config} ({', '.join(data_files)})" if data_files else config


def _report(
    builder: NuNerCorpus, config: str, data_files: Sequence[str] | None, options: dict[str, Any]
) -> BuildReport:
    """Say what the figures were measured on, and what the build left out."""
    from nuner.data_builders.corpus.report import BuildReport

    return BuildReport(
        corpus=config,
        data_files=list(data_files or []),
        options=options,
        splits={name: split.num_examples for name, split in (builder.info.splits or {}).items()},
        report=builder.report,
    )
