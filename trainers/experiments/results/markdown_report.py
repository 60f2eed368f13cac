"""An experiment that was run, in Markdown."""

from __future__ import annotations

from nuner.data_builders.pages.markdown import escape

from .layout import Layout
from .markdown import markdown_row, markdown_table
from .page import ExperimentReport, PaperFigures
from .summary import Summary


def markdown_report(report: ExperimentReport) -> str:
    """Write an experiment with its tables, its pictures and how it was measured.

    Args:
        report: The experiment. Its pictures are looked for beside the Markdown file.

    Returns:
        Markdown, whose last line ends.

    Example:
        ```python
        >>> from nuner.trainers.experiments.results.score_table import ScoreTable
        >>> table = ScoreTable("Encoders", "Token F1, in percent", {"base": {"tickets": {1: [[20.0, 30.0]]}}})
        >>> report = ExperimentReport(
        ...     "few-shot-frozen", "Frozen encoders", "section 4.1", "A linear layer on each encoder.", [table],
        ...     command="nuner experiment few-shot-frozen", settings="ks: [1]", facts={"machine": "2 cores"},
        ... )
        >>> markdown_report(report).splitlines()[:5]
        ['# Frozen encoders', '', 'Section 4.1 of the paper. A linear layer on each encoder.', '', '## Encoders']

        ```
    """
    where = report.paper_section[0].upper() + report.paper_section[1:]
    parts = [f"# {escape(report.title)}\n\n{where} of the paper. {escape(report.description)}\n"]
    for table in report.tables:
        parts.append(f"## {escape(table.title)}\n\n{markdown_table(Layout.of(Summary.of(table)))}")
    parts += [f"![{escape(picture.caption)}]({picture.path.name})\n" for picture in report.pictures]
    if report.notes:
        parts.append("## What the paper found\n\n" + "".join(f"- {escape(note)}\n" for note in report.notes))
    if report.paper is not None:
        parts.append(f"## The paper's figures\n\n{_paper_table(report.paper)}")
    facts = "".join(f"- {escape(name)}: {escape(value)}\n" for name, value in report.facts.items())
    command, settings = f"```bash\n{report.command}\n```", f"```yaml\n{report.settings.strip()}\n```"
    parts.append(f"## How this was measured\n\n{command}\n\n{facts}\n{settings}\n")
    return "\n".join(parts)


def _paper_table(paper: PaperFigures) -> str:
    lines = [markdown_row(["", *paper.header]), "|:--|" + "--:|" * len(paper.header)]
    lines += [markdown_row([escape(name), *figures]) for name, figures in paper.rows.items()]
    return "\n".join([*lines, "", escape(paper.source), ""])
