"""`nuner annotate --types`: the user's types in the prompt, and what the model made of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from ..options.labelled import refuse_other_than_labelled

if TYPE_CHECKING:
    from nuner.data_builders.annotation.entity_types.type_list import TypeList
    from nuner.data_builders.annotation.llm.prompt import Prompt
    from nuner.data_builders.annotation.store.store import AnnotationStore

_MOST_NAMED = 10


def typed_prompt(
    types_file: Path, template: Path | None, examples: str | None, k: int, seed: int, *, several: bool
) -> Prompt:
    """Make the prompt that asks for the user's types.

    Args:
        types_file: YAML.
        template: The user's own template, or None.
        examples: Labelled data, from whose training sentences some are shown; or None.
        k: To show k to 2k entities of each type.
        seed: Chooses them.
        several: Whether requests hold several sentences.
    """
    from nuner.data_builders.annotation.entity_types.reading import read_types
    from nuner.data_builders.annotation.llm.prompt import Prompt
    from nuner.data_builders.labelled.samples.prompt_examples import prompt_examples

    types = read_types(types_file)
    sample = _sample(examples, types, k, seed) if examples is not None else None
    shown = prompt_examples(sample, types) if sample is not None else []
    return Prompt(template, several=several, types=types, examples=shown)


def _sample(data: str, types: TypeList, k: int, seed: int):
    from nuner.data_builders.labelled.load import load_labelled
    from nuner.data_builders.labelled.samples.k_shot import annotation_counts, sample_k_shot

    refuse_other_than_labelled(data)
    splits = load_labelled(data)
    train = splits["train"] if "train" in splits else next(iter(splits.values()))
    counts = annotation_counts(train)
    totals = sum(counts, Counter[str]())
    if not totals:
        raise ValueError(f"{data} has no entity in its training sentences; give --examples data that have some")
    rarest, most = totals.most_common()[-1]
    if k > most:
        raise ValueError(f"{data} has no more than {most} entities of {rarest!r}: --k {k} is too much")
    return train.select(sample_k_shot(counts, k, seed))


def account_of_types(store: AnnotationStore) -> list[str]:
    """Say in a few lines what came of the types that were asked for, nothing where none were.

    Args:
        store: The open store.
    """
    from nuner.data_builders.annotation.corpus.rows import YieldCounts, corpus_rows

    types = store.types()
    if types is None:
        return []
    counts, found, first = YieldCounts(), Counter[str](), dict[str, int | None]()
    for sentence in store.finished():
        for row in corpus_rows([sentence], counts, types=types):
            found.update(entity["concept"] for entity in row["entities"])
        for name in counts.unknown_types:
            first.setdefault(name, sentence.number)
    lines = [f"Entities in {counts.kept:,} sentences: " + ", ".join(f"{found[name]:,} {name}" for name in types)]
    if counts.losses:
        lost = "; ".join(f"{count:,} {reason}" for reason, count in counts.losses.most_common())
        lines.append(f"Not among them: {lost}.")
    if counts.unknown_types:
        named = counts.unknown_types.most_common(_MOST_NAMED)
        told = ", ".join(f"{name!r} {count:,} (first {store.path}:{first[name]})" for name, count in named)
        more = f" and {len(counts.unknown_types) - len(named)} more" if len(counts.unknown_types) > len(named) else ""
        lines.append(
            f"Names that are none of the types: {told}{more}. Give those that mean one of them to it as aliases, and "
            "start the same command again: no sentence is asked about twice."
        )
    if counts.without_place:
        lines.append(f"{counts.without_place:,} sentences have a reply of which nothing could be used.")
    return lines
