"""The concept map of a corpus, from a bi-encoder to JSON, picture and page."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from importlib.util import find_spec
from itertools import islice
from typing import Any

from nuner.data_builders.corpus.statistics import CorpusStatistics, Records
from nuner.data_builders.files.new_output import new_output
from nuner.data_builders.files.whole_files import whole_files, write_whole
from nuner.modeling_nuner.recognition.bi_encoder_loading import load_bi_encoder

from .concept_vectors import concept_vectors
from .layout import Layout, lay_out
from .mapped_concept import MappedConcept
from .page import write_concept_map_page
from .picture import plot_concept_map

RESULTS_FILE = "concept_map.json"
PICTURE = "concept_map.png"
PAGE = "concept_map.html"

_NEAREST = 6
_VERSIONS_OF = ("nuner", "torch", "transformers", "umap-learn", "numba", "scikit-learn")


def concept_map(
    bi_encoder: str | os.PathLike[str],
    corpus: Records,
    output_dir: str | os.PathLike[str],
    *,
    name: str | None = None,
    max_concepts: int = 50_000,
    seed: int = 0,
    tell: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Draw the most frequent concepts of a corpus where a bi-encoder's concept encoder sees them (figure 6).

    Args:
        bi_encoder: Folder or Hub id.
        corpus: Rows in the corpus schema; of a dictionary of splits, all splits together.
        output_dir: Folder for `concept_map.json`, `concept_map.png` and `concept_map.html`, a page to look around in
            that needs no other file. All are replaced together.
        name: What the page calls the bi-encoder; `bi_encoder` when left out.
        max_concepts: How many concepts, the most frequent first.
        seed: Of the layout.
        tell: Called with a line at each step.

    Returns:
        What is in `concept_map.json`: `settings`, `corpus` (sentences, annotations, concepts), `concepts` (each with
        name, count, place from -1 to 1, color and nearest others), `left_out` (names of which the tokenizer leaves
        nothing), `seconds`, `versions`.

    Raises:
        FileNotFoundError: If there is no such bi-encoder.
        ImportError: If umap-learn or matplotlib, of the extra `map`, is not installed.
        NoConceptEncoderError: If it has no concept encoder.
        ValueError: If there are fewer than five concepts.

    Example:
        ```python
        >>> from nuner.trainers.experiments.concept_map.run import concept_map
        >>> corpus = NuNerCorpus("bundled").as_dataset()  # takes minutes  # doctest: +SKIP
        >>> figures = concept_map("runs/nuner", corpus, "concept-map")  # takes minutes  # doctest: +SKIP

        ```
    """
    if find_spec("umap") is None or find_spec("matplotlib") is None:
        raise ImportError(
            "the concept map needs umap-learn and matplotlib; install them with: pip install 'nuner[map]'"
        )
    started = time.perf_counter()
    model, _, tokenizer = load_bi_encoder(os.fspath(bi_encoder), "float32", None)
    statistics = CorpusStatistics.of(corpus)
    wanted = dict(islice(statistics.concept_counts.items(), max_concepts))
    with new_output(output_dir, inputs=[bi_encoder], overwrite=True):
        names, vectors = concept_vectors(model, tokenizer, wanted)
        left_out = sorted(wanted.keys() - set(names))
        if left_out:
            tell(f"Left out: {len(left_out):,} of the concepts, since the tokenizer leaves nothing of their names.")
        tell(f"Laying {len(names):,} concepts out, in two dimensions for the places and in three for the colors")
        concepts = _mapped(names, wanted, lay_out(vectors, seed))
        results = {
            "settings": {"bi_encoder": os.fspath(bi_encoder), "max_concepts": max_concepts, "seed": seed},
            "corpus": {
                "sentences": statistics.sentences,
                "annotations": statistics.annotations,
                "concepts": statistics.unique_concepts,
            },
            "concepts": [asdict(one) for one in concepts],
            "left_out": left_out,
            "seconds": round(time.perf_counter() - started, 1),
            "versions": {package: version(package) for package in _VERSIONS_OF},
        }
        tell("Drawing the picture and the page")
        with whole_files(output_dir) as staging:
            plot_concept_map(concepts, staging / PICTURE)
            write_concept_map_page(
                concepts, staging / PAGE, measured_on=_measured_on(results, name or os.fspath(bi_encoder))
            )
            write_whole(staging / RESULTS_FILE, json.dumps(results, ensure_ascii=False) + "\n")
    return results


def _mapped(names: Sequence[str], counts: Mapping[str, int], layout: Layout) -> list[MappedConcept]:
    """Put names and layout together, the most frequent concepts first."""
    concepts = [
        MappedConcept(
            name,
            counts[name],
            *(round(float(place), 4) for place in layout.places[row]),
            color=layout.colors[row],
            nearest=tuple(names[other] for other in layout.nearest[row][:_NEAREST]),
        )
        for row, name in enumerate(names)
    ]
    return sorted(concepts, key=lambda one: (-one.count, one.concept))


def _measured_on(results: dict[str, Any], name: str) -> str:
    counts = results["corpus"]
    shown = len(results["concepts"])
    which = f"The {shown:,} most frequent of {counts['concepts']:,}" if shown < counts["concepts"] else f"{shown:,}"
    return (
        f"{which} concepts, of {counts['annotations']:,} annotations in {counts['sentences']:,} sentences, "
        f"as {name} sees them."
    )
