"""The YAML of a data set card: how `datasets` finds the files, and what the Hub filters and shows."""

from __future__ import annotations

from typing import Any

from huggingface_hub import DatasetCardData

from nuner.data_builders.pages.markdown import printable

from ..facts.corpus_facts import CorpusFacts
from ..facts.parquet_configurations import Configurations, ParquetSplit

_SIZES = {1_000: "n<1K", 10_000: "1K<n<10K", 100_000: "10K<n<100K", 1_000_000: "100K<n<1M", 10_000_000: "1M<n<10M"}


def dataset_card_data(
    configurations: Configurations, facts: CorpusFacts, name: str, languages: list[str]
) -> DatasetCardData:
    """Say what is known in the Hub's words; what is not known is left out.

    Args:
        configurations: The files.
        facts: How they came to be.
        name: What the corpus is called.
        languages: ISO 639-1 codes of its text.

    Returns:
        The metadata; `DatasetCardData.to_yaml()` writes it.
    """
    rows = sum(split.rows for split in next(iter(configurations.values())).values())
    return DatasetCardData(
        pretty_name=printable(name),
        license=facts.license,
        language=languages or None,
        multilinguality=("multilingual" if len(languages) > 1 else "monolingual") if languages else None,
        annotations_creators=["machine-generated"] if facts.annotation and facts.annotation.model else None,
        task_categories=["token-classification"],
        task_ids=["named-entity-recognition"],
        size_categories=[next((size for limit, size in _SIZES.items() if rows < limit), "10M<n<100M")],
        tags=["nuner", "open-type-entities"],
        **files_yaml(configurations),
    )


def files_yaml(configurations: Configurations) -> dict[str, Any]:
    """Return what a card's YAML says of the files, which has to agree with them.

    Args:
        configurations: What `parquet_configurations` found.

    Returns:
        `configs`, by which `load_dataset(id, name)` finds the files, and `dataset_info`: features, and rows and bytes
        of each split.
    """
    return {"configs": _configs(configurations), "dataset_info": _dataset_info(configurations)}


def _configs(configurations: Configurations) -> list[dict[str, Any]]:
    return [
        {
            "config_name": name,
            "data_files": [{"split": split, "path": files.pattern} for split, files in _in_order(splits)],
            **({"default": True} if i == 0 else {}),
        }
        for i, (name, splits) in enumerate(configurations.items())
    ]


def _dataset_info(configurations: Configurations) -> list[dict[str, Any]]:
    from datasets import DatasetInfo, Features
    from pyarrow import parquet as pq

    infos = []
    for name, splits in configurations.items():
        first = next(iter(splits.values())).files[0]
        info = DatasetInfo(features=Features.from_arrow_schema(pq.read_schema(first)))
        infos.append(
            {
                "config_name": name,
                **info._to_yaml_dict(),
                "splits": [
                    {"name": split, "num_bytes": files.uncompressed, "num_examples": files.rows}
                    for split, files in _in_order(splits)
                ],
                "download_size": sum(files.size for files in splits.values()),
                "dataset_size": sum(files.uncompressed for files in splits.values()),
            }
        )
    return infos


def _in_order(splits: dict[str, ParquetSplit]) -> list[tuple[str, ParquetSplit]]:
    """Sort splits, training first, as people expect it."""
    usual = ("train", "validation", "test")
    return sorted(splits.items(), key=lambda item: (usual.index(item[0]) if item[0] in usual else 3, item[0]))
