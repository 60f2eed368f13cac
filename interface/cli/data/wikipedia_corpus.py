"""`nuner corpus wikipedia`: from a dump of Wikipedia and the types of DBpedia to a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nuner.data_builders.plain_console import PlainConsole

from ..options.output import Force
from ..reading_progress import ReadingProgress

if TYPE_CHECKING:
    from nuner.data_builders.wikipedia.build import WikipediaBuild

_SHOWN = 5


def wikipedia(
    context: typer.Context,
    dump: Annotated[
        Path, typer.Argument(help="A dump of articles, pages-articles.xml, compressed or not.", show_default=False)
    ],
    types: Annotated[
        Path,
        typer.Option(help="Instance types of DBpedia, N-Triples or Turtle, compressed or not.", show_default=False),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the files.")] = Path("corpus"),
    language: Annotated[
        str | None, typer.Option(help="Language of the text (ISO 639-1).", show_default="what the dump says")
    ] = None,
    min_annotations: Annotated[int, typer.Option(help="Leave out types with fewer annotations.")] = 10,
    max_unmarked_names: Annotated[
        float, typer.Option(help="Leave out sentences with a larger share of names that nothing is known about.")
    ] = 0.5,
    min_words: Annotated[int, typer.Option(help="Leave out sentences with fewer words.")] = 3,
    max_words: Annotated[int, typer.Option(help="Leave out sentences with more words.")] = 100,
    min_letters: Annotated[float, typer.Option(help="Leave out sentences with a smaller share of letters.")] = 0.5,
    license_: Annotated[
        str | None, typer.Option("--license", help="License of the text, for its card, as the Hub names it.")
    ] = "cc-by-sa-4.0",
    force: Force = False,
) -> None:
    """Write a corpus of Wikipedia's sentences, whose entities are links typed by DBpedia, as NER-BERT has it."""
    from nuner.data_builders.annotation.sentences.filters import SentenceFilters
    from nuner.data_builders.corpus.parquet_shards import corpus_files
    from nuner.data_builders.files.new_output import new_output
    from nuner.data_builders.wikipedia.build import build_wikipedia_corpus
    from nuner.hub_cards.facts.corpus_facts import CorpusFacts

    context.with_resource(new_output(output, inputs=[dump, types], overwrite=force))
    with ReadingProgress(PlainConsole(stderr=True)) as progress, corpus_files(output) as staging:
        build = build_wikipedia_corpus(
            dump,
            types,
            staging,
            language=language,
            filters=SentenceFilters(min_words, max_words, min_letters),
            max_unmarked_names=max_unmarked_names,
            min_annotations=min_annotations,
            advance=progress.advance,
        )
        CorpusFacts(license=license_, left_out=build.rejections.counts()).save(staging)
    _print_yields(build, output)


def _print_yields(build: WikipediaBuild, output: Path) -> None:
    counts, statistics, rejections = build.counts, build.statistics, build.rejections
    lines = [
        f"{counts.articles:,} articles ({counts.redirects:,} redirects, {counts.disambiguations:,} disambiguations "
        f"and {counts.other_pages:,} other pages left out), {counts.links:,} links, {counts.typed_links:,} of them to "
        f"something with a type; {counts.own_mentions:,} mentions of what the article is about.",
        f"{counts.sentences:,} sentences with something marked, {statistics.sentences:,} in the corpus:",
        *(f"  {reason}: {number:,}" for reason, number in counts.left_out.most_common()),
        f"{statistics.annotations:,} annotations of {statistics.unique_concepts:,} types; "
        f"{len(build.rare_types):,} rare types left out.",
    ]
    if len(rejections):
        lines.append("What could not be read:")
        lines += [f"  {reason}: {number:,}" for reason, number in rejections.counts().items()]
        lines += [f"  {item}" for item in rejections.items[:_SHOWN]]
    splits = ", ".join(f"{name}: {rows:,}" for name, rows in build.splits.items())
    PlainConsole().tell(*lines, f"Wrote {splits} to {output}")
