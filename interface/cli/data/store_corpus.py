"""`nuner corpus build STORE`: from annotation stores to a corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.progress import track

from nuner.data_builders.plain_console import PlainConsole

if TYPE_CHECKING:
    from nuner.data_builders.annotation.corpus.report import CorpusBuild
    from nuner.data_builders.annotation.corpus.rows import YieldCounts
    from nuner.data_builders.annotation.llm.cost import Prices, Usage
    from nuner.data_builders.annotation.store.joined_stores import JoinedStores
    from nuner.hub_cards.facts.corpus_facts import AnnotationFacts, CorpusFacts


def build_from_stores(
    stores: Sequence[str],
    output: Path,
    license: str | None,
    prices: Prices | None,
    currency: str | None,
    **options: Any,
) -> None:
    """Build the corpus of one or more stores and say what became of their sentences.

    Args:
        stores: The stores of `nuner annotate`.
        output: A folder.
        license: License of the text, for the card.
        prices: What the tokens cost, for the card, or None.
        currency: Of the prices.
        **options: Those of `build_corpus`.
    """
    from nuner.data_builders.annotation.corpus.build import build_corpus
    from nuner.data_builders.annotation.store.joined_stores import JoinedStores
    from nuner.data_builders.corpus.parquet_shards import corpus_files

    with JoinedStores(stores) as opened, corpus_files(output) as staging:
        sentences = track(
            opened.finished(),
            description="Building",
            total=opened.most_finished(),
            console=PlainConsole(stderr=True),
            transient=True,
        )
        build = build_corpus(sentences, staging, name=opened.name, types=opened.types(), **options)
        annotation = _annotation(build.counts, opened, prices, currency)
        _facts(build, license, annotation).save(staging)
    _print_yields(replace(build, folder=output), opened.unfinished)


def _annotation(
    counts: YieldCounts, store: JoinedStores, prices: Prices | None, currency: str | None
) -> AnnotationFacts:
    """Return who annotated the sentences of the stores, when, at what cost, and what came of it."""
    from nuner.hub_cards.facts.corpus_facts import AnnotationFacts

    annotators, (first, last), usage = store.annotators_of_finished(), store.time_of_finished(), store.usage()
    return AnnotationFacts(
        model=", ".join(dict.fromkeys(annotator.model for annotator in annotators)) or None,
        prompt=", ".join(dict.fromkeys(annotator.prompt for annotator in annotators)) or None,
        first_day=_day(first),
        last_day=_day(last),
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cost=None if prices is None else _cost_in_words(usage, prices, currency),
        yields={
            "sentences answered": counts.sentences,
            "replies read": counts.sentences - counts.unreadable_replies.total(),
            "sentences kept": counts.kept,
            "entities in the replies": counts.entities,
            "entities placed": counts.matches.total(),
            "annotations": counts.annotations,
        },
    )


def _facts(build: CorpusBuild, license: str | None, annotation: AnnotationFacts) -> CorpusFacts:
    """Return what the card of the corpus is to say."""
    from nuner.data_builders.corpus.rank_frequency import RANK_FREQUENCY_PICTURE
    from nuner.hub_cards.facts.corpus_facts import CorpusFacts

    picture = build.folder / RANK_FREQUENCY_PICTURE
    return CorpusFacts(
        license=license,
        options=build.options,
        left_out=dict(build.counts.unreadable_replies + build.counts.losses),
        annotation=annotation,
        picture=picture.name if picture.exists() else None,
    )


def _cost_in_words(usage: Usage, prices: Prices, currency: str | None) -> str:
    """Return the cost as a card says it, with the prices that it follows from."""
    cost = " ".join(filter(None, [f"{prices.cost(usage):,.2f}", currency]))
    return f"{cost}, at {prices.prompt:g} for a million tokens sent and {prices.completion:g} received"


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).date().isoformat()


def _print_yields(build: CorpusBuild, unfinished: Mapping[str, int]) -> None:
    from nuner.data_builders.annotation.corpus.report import PAGE_FILENAME

    counts, statistics = build.counts, build.statistics
    lines = [
        f"{counts.sentences:,} sentences, {counts.kept:,} in the corpus; {counts.entities:,} entities, "
        f"{counts.matches.total():,} placed; {statistics.annotations:,} annotations of "
        f"{statistics.unique_concepts:,} concepts."
    ]
    if unfinished:
        lines.append(
            "Not in it: " + ", ".join(f"{count:,} {state}" for state, count in sorted(unfinished.items())) + "."
        )
    splits = ", ".join(f"{name}: {rows:,}" for name, rows in build.splits.items())
    lines.append(f"Wrote {splits} to {build.folder}; look at {build.folder / PAGE_FILENAME}")
    PlainConsole().tell(*lines)
