"""`nuner sentences`: raw sentences for annotation, from files or a data set of the Hub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nuner.data_builders.plain_console import PlainConsole

from ..options.output import Force
from ..wrong_kinds import Needed, refuse_wrong_kind

if TYPE_CHECKING:
    from nuner.data_builders.annotation.sentences.preparation import SentenceReport

Sources = Annotated[
    list[str],
    typer.Argument(
        help="Text, CSV, JSON Lines or Parquet files, compressed or not, as paths, patterns or URLs; or one data set.",
        show_default=False,
    ),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="A .jsonl or .parquet file, or standard output.")]
Config = Annotated[str | None, typer.Option(help="Configuration of the data set.", show_default=False)]
Split = Annotated[str, typer.Option(help="Split of the data set.")]
TextColumn = Annotated[str, typer.Option(help="Column with the text.")]
LanguageColumn = Annotated[str | None, typer.Option(help="Column with the language.", show_default=False)]
Language = Annotated[
    list[str] | None,
    typer.Option(
        help="Language of the text, or of the rows to keep (ISO 639-1, en); may be repeated.", show_default="en"
    ),
]
Label = Annotated[str | None, typer.Option("--source-name", help="What the sentences name as their source.")]
Segment = Annotated[bool, typer.Option("--segment/--no-segment", help="Divide texts into sentences.")]
Sample = Annotated[int | None, typer.Option(help="Draw so many sentences at random.", show_default=False)]
Seed = Annotated[int, typer.Option(help="Chooses the sample.")]
MaxTexts = Annotated[int | None, typer.Option(help="Read no more than so many texts.", show_default=False)]
MinWords = Annotated[int, typer.Option(help="Leave out sentences with fewer words.")]
MaxWords = Annotated[int, typer.Option(help="Leave out sentences with more words.")]
MinLetters = Annotated[float, typer.Option(help="Leave out sentences with a smaller share of letters.")]
KeepRepeated = Annotated[bool, typer.Option("--keep-repeated", help="Keep sentences that occurred before.")]
ReportPath = Annotated[Path | None, typer.Option("--report", help="Write what was left out to this JSON file.")]


def sentences(
    context: typer.Context,
    sources: Sources,
    output: Output = None,
    config: Config = None,
    split: Split = "train",
    text_column: TextColumn = "text",
    language_column: LanguageColumn = None,
    language: Language = None,
    source_name: Label = None,
    segment: Segment = True,
    sample: Sample = None,
    seed: Seed = 0,
    max_texts: MaxTexts = None,
    min_words: MinWords = 3,
    max_words: MaxWords = 100,
    min_letters: MinLetters = 0.5,
    keep_repeated: KeepRepeated = False,
    report_path: ReportPath = None,
    force: Force = False,
) -> None:
    """Divide text into sentences, filter and sample them, and write them for `nuner annotate`."""
    from nuner.data_builders.annotation.sentences.filters import SentenceFilters
    from nuner.data_builders.annotation.sentences.preparation import SentenceReport, read_sentences
    from nuner.data_builders.annotation.sentences.sources import TextSource
    from nuner.data_builders.annotation.sentences.writing import write_json_lines, write_sentences
    from nuner.data_builders.files.new_output import new_output
    from nuner.data_builders.files.whole_files import write_whole

    from ..output import quiet_libraries

    quiet_libraries()
    for given in sources:
        refuse_wrong_kind(given, Needed.TEXTS)
    source = TextSource(sources, text_column, language_column, config, split, source_name)
    report = SentenceReport()
    found = read_sentences(
        source,
        languages=language,
        segment=segment,
        filters=SentenceFilters(min_words, max_words, min_letters),
        keep_repeated=keep_repeated,
        sample=sample,
        seed=seed,
        max_texts=max_texts,
        report=report,
    )
    to_file = output is not None and str(output) != "-"
    files = [path for path in (output if to_file else None, report_path) if path is not None]
    context.with_resource(new_output(*files, inputs=sources, overwrite=force))
    if output is not None and to_file:
        written = write_sentences(found, output)
    else:
        written = write_json_lines(found, typer.get_text_stream("stdout", encoding="utf-8"))
    _print_report(report, written)
    if report_path is not None:
        figures = {**report.to_dict(), "written": written}
        write_whole(report_path, json.dumps(figures, ensure_ascii=False, indent=2) + "\n")


def _print_report(report: SentenceReport, written: int) -> None:
    """Say what became of the text, on standard error: standard output may carry the sentences."""
    lines = [f"{report.texts:,} texts, {report.sentences:,} sentences, {report.kept:,} kept, {written:,} written."]
    lines += [f"  {reason}: {count:,}" for reason, count in report.left_out.most_common()]
    if len(report.rejections):
        lines.append(f"Left out {len(report.rejections):,} rows that cannot be read:")
        lines += [f"  {reason}: {count:,}" for reason, count in report.rejections.counts().items()]
        lines.append(f"  the first: {report.rejections.items[0]}")
    PlainConsole(stderr=True).tell(*lines)
