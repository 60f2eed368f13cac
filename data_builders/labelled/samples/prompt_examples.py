"""Labelled sentences as examples in a prompt (section 6 of the paper)."""

from __future__ import annotations

from datasets import Dataset

from ...annotation.entity_types.prompt_example import PromptExample
from ...annotation.entity_types.type_list import TypeList
from ..label_schemes import read_spans
from ..placed_words import place_words


def prompt_examples(dataset: Dataset, types: TypeList) -> list[PromptExample]:
    """Return the sentences of a labelled data set as a prompt shows them.

    Args:
        dataset: A split that `load_labelled` returned, such as a k-shot sample of the training sentences.
        types: The types of the prompt. Labels are taken for them as answers of a model are, `PRODUCT_NAME` for
            `product name`.

    Returns:
        The sentences, in order.

    Raises:
        ValueError: If a label is none of the types.

    Example:
        ```python
        >>> from nuner.data_builders import EntityType, TypeList, entity_types, load_labelled, prompt_examples
        >>> tickets = load_labelled("support-tickets", "train")
        >>> types = TypeList(tuple(map(EntityType, entity_types(tickets))))
        >>> prompt_examples(tickets.select([0]), types)[0].entities[0]
        ('Cinerama Petit projector', 'product')

        ```
    """
    labels = dataset.features["ner_tags"].feature.names
    used = {labels[tag][2:] for tags in dataset["ner_tags"] for tag in tags if tag}
    own_names = {label: types.names.find(label) for label in sorted(used)}
    if strange := [label for label, name in own_names.items() if name is None]:
        raise ValueError(
            f"the examples have entities of the type {strange[0]!r}, which is not in the list "
            f"({', '.join(types.names)}); add it there, as an alias perhaps, or leave it out of the examples"
        )
    texts = dataset["text"] if "text" in dataset.column_names else [None] * len(dataset)
    examples = []
    for tokens, tags, text in zip(dataset["tokens"], dataset["ner_tags"], texts, strict=True):
        placed = place_words(tokens, text)
        spans = read_spans([labels[tag] for tag in tags])
        entities = (
            (placed.text[placed.starts[span.start] : placed.ends[span.end - 1]], own_names[span.label] or span.label)
            for span in spans
        )
        examples.append(PromptExample(placed.text, tuple(dict.fromkeys(entities))))
    return examples
