"""Cards of corpora: written from the Parquet files and the facts of their making."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

from huggingface_hub import DatasetCard, DatasetCardData

from ..facts.corpus_facts import CorpusFacts
from ..facts.parquet_configurations import (
    Configurations,
    configurations_yaml,
    dataset_info_yaml,
    parquet_configurations,
)
from .files import CARD_FILE, GENERATED, is_own_card, write_whole
from .markdown import Markdown, printable, render

_TEMPLATE = "dataset_card.md.jinja"
_SIZES = {1_000: "n<1K", 10_000: "1K<n<10K", 100_000: "10K<n<100K", 1_000_000: "100K<n<1M", 10_000_000: "1M<n<10M"}
_SOURCES_SHOWN = 20


def write_dataset_card(
    folder: str | os.PathLike[str], facts: CorpusFacts | None = None, *, dataset_id: str | None = None
) -> Path:
    """Write the card of a corpus, from its files and what is known of its making.

    The YAML declares a configuration for each sub-folder of Parquet files, and `default` for those in the folder
    itself, so that `load_dataset(id, "top-154")` needs no script. Nothing is invented: what is not known is not on
    the card. A card without the line that marks it as written by this package is a person's, and is kept.

    Args:
        folder: The corpus: `<configuration>/<split>-00000-of-00001.parquet`.
        facts: How it came to be, kept as `corpus_facts.json` beside it; what lies there already when left out.
        dataset_id: What users will load it by, for the snippets; the folder's name when left out.

    Returns:
        The card's file, `README.md`.

    Raises:
        FileNotFoundError: The folder holds no Parquet file, or the picture that the facts name is missing.
        ValueError: The facts beside it cannot be read, or a file's name tells no split.

    Example:
        ```python
        >>> from nuner.hub_cards import CorpusFacts, write_dataset_card
        >>> facts = CorpusFacts(name="Bank letters", license="cc-by-4.0")
        >>> write_dataset_card("corpus", facts, dataset_id="ada/bank-letters")  # doctest: +SKIP
        PosixPath('corpus/README.md')

        ```
    """
    folder = Path(folder)
    configurations = parquet_configurations(folder)
    if facts is None:
        facts = CorpusFacts.load(folder)
    if facts.picture is not None and not (folder / facts.picture).is_file():
        raise FileNotFoundError(f"{folder / facts.picture}, the picture for the card, does not exist.")
    facts.save(folder)
    path = folder / CARD_FILE
    if is_own_card(path):
        write_whole(path, str(dataset_card(configurations, facts, dataset_id or folder.resolve().name)))
    return path


def dataset_card(configurations: Configurations, facts: CorpusFacts, dataset_id: str) -> DatasetCard:
    """Make a card without writing it.

    Args:
        configurations: The files.
        facts: How they came to be.
        dataset_id: What users will load them by.

    Returns:
        The card.
    """
    default = next(iter(configurations.values()))
    languages = facts.languages or sorted(_values(default, "language"))
    sources = Counter(facts.sources or _values(default, "source"))
    rows = sum(split.rows for split in default.values())
    name = facts.name or dataset_id.rsplit("/", maxsplit=1)[-1]
    data = DatasetCardData(
        pretty_name=printable(name),
        license=facts.license,
        language=languages or None,
        multilinguality=("multilingual" if len(languages) > 1 else "monolingual") if languages else None,
        annotations_creators=["machine-generated"] if facts.annotation and facts.annotation.model else None,
        task_categories=["token-classification"],
        task_ids=["named-entity-recognition"],
        size_categories=[next((size for limit, size in _SIZES.items() if rows < limit), "10M<n<100M")],
        tags=["nuner", "open-type-entities"],
        configs=configurations_yaml(configurations),
        dataset_info=dataset_info_yaml(configurations),
    )
    body = render(
        _TEMPLATE,
        generated=Markdown(GENERATED),
        name=name,
        dataset_id=dataset_id,
        facts=facts,
        annotation=facts.annotation,
        languages=languages,
        sources=sources.most_common(_SOURCES_SHOWN),
        other_sources=max(0, len(sources) - _SOURCES_SHOWN),
        configurations=configurations,
    )
    return DatasetCard(f"---\n{data.to_yaml()}\n---\n\n{body}")


def _values(splits: dict[str, Any], column: str) -> dict[str, int]:
    """How often each value of a column of strings occurs."""
    from pyarrow import parquet as pq

    counts: Counter[str] = Counter()
    for split in splits.values():
        for path in split.files:
            if column in pq.read_schema(path).names:
                for pair in pq.read_table(path, columns=[column])[column].value_counts().to_pylist():
                    counts[pair["values"]] += pair["counts"]
    return {value: count for value, count in counts.items() if value is not None}
