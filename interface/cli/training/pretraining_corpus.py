"""What `nuner pretrain` learns from, and what the cards say about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from nuner.data_builders.plain_console import PlainConsole

from ..reading_progress import ReadingProgress

if TYPE_CHECKING:
    from datasets import Dataset, IterableDataset

    from nuner.hub_cards.facts.training_facts import TrainingData

    Splits = Mapping[Any, Dataset | IterableDataset]


def read_corpus(
    files: Sequence[str],
    format: str,
    selection: dict[str, Any],
    *,
    streaming: bool,
    reading: ReadingProgress,
    console: PlainConsole,
) -> Splits:
    """Prepare a corpus, or open it to be read while the model learns.

    Args:
        files: What was given: `bundled`, files, or a Hub id.
        format: Configuration of `NuNerCorpus`.
        selection: Its other options.
        streaming: Whether to open it only.
        reading: Shows how far the reading is.
        console: Where to say how many sentences there are.

    Returns:
        The splits.
    """
    from nuner.data_builders.corpus.builder import NuNerCorpus

    # One name goes on its own, since it may be a Hub id.
    source: Any = None if format == "bundled" else files[0] if len(files) == 1 else list(files)
    if streaming:
        console.tell(f"Corpus {', '.join(files)}: read while the model learns")
        return NuNerCorpus(format, data_files=source, **selection).as_streaming_dataset()  # pyright: ignore
    builder = NuNerCorpus(format, data_files=source, advance=reading.advance, **selection)
    builder.download_and_prepare()
    splits: Any = builder.as_dataset()
    sizes = ", ".join(f"{split}: {len(rows):,}" for split, rows in splits.items())
    console.tell(f"Corpus {', '.join(files)}: {sizes} sentences")
    return splits


def corpus_facts(
    files: Sequence[str],
    splits: Splits,
    max_eval_samples: int | None,
    *,
    reading: ReadingProgress,
    console: PlainConsole,
) -> dict[str, Any]:
    """Return what the cards say about the corpus, and what is measured on, as `TrainingFacts` has it.

    Args:
        files: What was given.
        splits: The corpus.
        max_eval_samples: Validation sentences that are measured; None for the default.
        reading: Shows what is being done.
        console: Where to say what is measured.
    """
    from datasets import Dataset

    from nuner.trainers.pretraining.validation.measured_part import MAX_EVAL_SAMPLES

    whole = {str(split): rows for split, rows in splits.items() if isinstance(rows, Dataset)}
    measured = max_eval_samples or MAX_EVAL_SAMPLES
    validation = whole.get("validation")
    in_part = validation is None or measured < len(validation)
    if in_part:
        which = "the first" if validation is None else "a random part of"
        console.tell(f"Validation: {which} {measured:,} sentences are measured (--max-eval-samples)")
    if whole:
        reading.advance("Counting the concepts", 0.0)
    languages = {language for rows in whole.values() for language in rows.unique("language") if language}
    return {
        "data": _training_data(files, whole),
        "languages": sorted(languages),
        "scored_on": "validation" if validation is None or len(validation) else None,
        "scored_sentences": measured if in_part else None,
    }


def _training_data(files: Sequence[str], whole: dict[str, Dataset]) -> TrainingData:
    from datasets import DatasetDict

    from nuner.data_builders.corpus.statistics import CorpusStatistics
    from nuner.hub_cards.facts.training_facts import Source, TrainingData

    sources = [Source.of(name) for name in files]
    names = ", ".join(source.name for source in sources)
    if list(files) == ["bundled"]:
        source = Source("NuNER bundled corpus")
    else:
        source = sources[0] if len(sources) == 1 else Source(names)
    sizes = {split: len(rows) for split, rows in whole.items() if len(rows)}
    statistics = CorpusStatistics.of(DatasetDict(cast(Any, whole))).to_dict() if whole else {}
    return TrainingData(source, sizes, statistics=statistics)
