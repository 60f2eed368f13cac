"""Cards of corpora: written from the Parquet files and the facts of their making."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

from huggingface_hub import DatasetCard

from nuner.data_builders.files.whole_files import write_whole
from nuner.data_builders.pages.markdown import Markdown

from ..facts.corpus_facts import CorpusFacts
from ..facts.parquet_configurations import Configurations, parquet_configurations
from .card_file import CARD_FILE, GENERATED, is_generated
from .dataset_card_metadata import dataset_card_data
from .rendering import render

_TEMPLATE = "dataset_card.md.jinja"
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
        FileNotFoundError: If the folder holds no Parquet file, or the picture that the facts name is missing.
        ValueError: If the facts beside it cannot be read, or a file's name tells no split.

    Example:
        ```python
        >>> from nuner.hub_cards import CorpusFacts, write_dataset_card
        >>> facts = CorpusFacts(name="Bank letters", license="cc-by-4.0")
        >>> write_dataset_card("corpus", facts, dataset_id="ada/bank-letters")  # the folder is yours  # doctest: +SKIP
        PosixPath('corpus/README.md')

        ```
    """
    folder = Path(folder)
    configurations = parquet_configurations(folder)
    return save_dataset_card(folder, configurations, facts or CorpusFacts.load(folder), dataset_id)


def save_dataset_card(
    folder: Path, configurations: Configurations, facts: CorpusFacts, dataset_id: str | None = None
) -> Path:
    """Write the card of a corpus whose files were read before, and the facts, beside it.

    Args:
        folder: The corpus.
        configurations: Its files.
        facts: How it came to be.
        dataset_id: What users will load it by; the folder's name when left out.

    Returns:
        The card's file.

    Raises:
        FileNotFoundError: If the picture that the facts name is missing.
    """
    if facts.picture is not None and not (folder / facts.picture).is_file():
        raise FileNotFoundError(f"{folder / facts.picture}, the picture for the card, does not exist.")
    facts.save(folder)
    path = folder / CARD_FILE
    if is_generated(path):
        card = dataset_card(configurations, facts, dataset_id or folder.resolve().name)
        write_whole(path, str(card), errors="replace")
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
    name = facts.name or dataset_id.rsplit("/", maxsplit=1)[-1]
    data = dataset_card_data(configurations, facts, name, languages)
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
    """Count each value of a column of strings."""
    from pyarrow import parquet as pq

    counts: Counter[str] = Counter()
    for split in splits.values():
        for path in split.files:
            if column in pq.read_schema(path).names:
                for pair in pq.read_table(path, columns=[column])[column].value_counts().to_pylist():
                    counts[pair["values"]] += pair["counts"]
    return {value: count for value, count in counts.items() if value is not None}
