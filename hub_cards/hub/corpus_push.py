"""Push a corpus to the Hub: Parquet in all its configurations, with its card."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets import Dataset
from huggingface_hub import DatasetCard

from nuner.data_builders.corpus.rank_frequency import RANK_FREQUENCY_PICTURE, plot_rank_frequency
from nuner.data_builders.corpus.statistics import CorpusStatistics
from nuner.data_builders.files.whole_files import write_whole

from ..cards.card_file import CARD_FILE, is_generated, read_card
from ..cards.dataset_card_metadata import files_yaml
from ..facts.corpus_facts import CorpusFacts
from ..facts.parquet_configurations import parquet_configurations
from .corpus_files import MAX_SHARD_SIZE, Splits, read_built_corpus, statistics_of, write_corpus
from .push import push_folder
from .push_plan import PushPlan
from .staging import staging_folder

if TYPE_CHECKING:
    from nuner.data_builders.corpus.builder import NuNerCorpus


def push_corpus(
    corpus: NuNerCorpus | Splits | Dataset | str | os.PathLike[str],
    repo_id: str,
    *,
    license: str | None = None,
    facts: CorpusFacts | None = None,
    max_shard_size: int | str = MAX_SHARD_SIZE,
    **options: Any,
) -> PushPlan:
    """Push a corpus to the Hub, so that `load_dataset(repo_id, "top-154")` works without a script.

    Args:
        corpus: A prepared `NuNerCorpus`, its splits, or a folder that `nuner corpus build` wrote.
        repo_id: Repository, `name` or `namespace/name`.
        license: License of the text, such as `"cc-by-4.0"`; without one the corpus can only be pushed privately.
        facts: What is known of the corpus, for its card; those beside a folder's files by default.
        max_shard_size: Size of a Parquet shard before compression.
        **options: As for `push_folder`: `private`, `revision`, `tags`, `message`, `token`, `dry_run`.

    Returns:
        What was done, or would be.

    Raises:
        FileNotFoundError: If the folder holds no corpus.
        ValueError: If it is no corpus, must not be pushed, or has a card that cannot be read; nothing was.

    Example:
        ```python
        >>> from nuner import NuNerCorpus
        >>> from nuner.hub_cards import push_corpus
        >>> builder = NuNerCorpus("bundled")
        >>> builder.download_and_prepare()  # needs an account of the Hub  # doctest: +SKIP
        >>> push_corpus(builder, "my-corpus", license="cc-by-4.0")  # needs an account of the Hub  # doctest: +SKIP

        ```
    """
    folder = Path(corpus) if isinstance(corpus, str | os.PathLike) else None
    if facts is None:
        facts = CorpusFacts.load(folder) if folder is not None else CorpusFacts()
    if license is not None:
        facts = replace(facts, license=license)
    card = _card_of_a_person(folder) if folder is not None else None
    splits = _splits(corpus) if folder is None else read_built_corpus(folder)
    with staging_folder() as staging:
        statistics = statistics_of(splits)
        write_corpus(splits, staging, max_shard_size, statistics)
        _with_statistics(facts, splits, statistics, staging).save(staging)
        if card is not None:
            # Only what it states of the files is brought up to date.
            for field, value in files_yaml(parquet_configurations(staging)).items():
                card.data[field] = value
            write_whole(staging / CARD_FILE, str(card), errors="replace")
        message = options.pop("message", None) or "Upload corpus with nuner"
        return push_folder(staging, repo_id, repo_type="dataset", message=message, **options)


def _splits(corpus: Any) -> Splits:
    if isinstance(corpus, Dataset):
        return {str(corpus.split or "train"): corpus}
    return corpus if isinstance(corpus, Mapping) else corpus.as_dataset()


def _with_statistics(facts: CorpusFacts, splits: Splits, statistics: CorpusStatistics, folder: Path) -> CorpusFacts:
    found = {language for rows in splits.values() for language in rows.unique("language") if language}
    facts = replace(facts, statistics=statistics.to_dict(), languages=facts.languages or sorted(found), picture=None)
    if statistics.annotations and find_spec("matplotlib") is not None:
        plot_rank_frequency(statistics, folder / RANK_FREQUENCY_PICTURE, "Concept frequency by rank")
        facts = replace(facts, picture=RANK_FREQUENCY_PICTURE)
    return facts


def _card_of_a_person(folder: Path) -> DatasetCard | None:
    """Return the card that lies in a folder, if a person has made it their own."""
    path = folder / CARD_FILE
    return None if is_generated(path) else read_card(path, DatasetCard)
