"""Training conversations of labelled sentences: all types are asked for, also those that a sentence lacks (A.4)."""

from __future__ import annotations

from collections.abc import Sequence

from datasets import Dataset

from nuner.data_builders.annotation.llm.prompt import Message
from nuner.data_builders.labelled.label_schemes import read_spans
from nuner.data_builders.labelled.load import entity_types
from nuner.data_builders.type_conversation import answer_of, turns_about
from nuner.modeling_nuner.recognition.concepts import concept_labels

from .answers import placed_sentences

_ROLES = ("user", "assistant")


def conversations_of(dataset: Dataset) -> list[list[Message]]:
    """Make a conversation of each labelled sentence.

    Types are named in lower case and with spaces for underscores, as they are for every other method.

    Args:
        dataset: Rows with `tokens` and `ner_tags` (IOB2), as `load_labelled` gives them.

    Returns:
        The turns of each conversation; types are asked for in the order of the labels.

    Example:
        ```python
        >>> from datasets import Dataset
        >>> from nuner.data_builders.labelled.load import load_labelled
        >>> from nuner.trainers.baselines.universal_ner.conversations import conversations_of
        >>> rows = Dataset.from_list([{"tokens": ["in", "Rome"], "tags": ["O", "B-big_city"]}])
        >>> [turn["content"] for turn in conversations_of(load_labelled(rows, "train"))[0]][2:]
        ['What describes big city in the text?', '["Rome"]']

        ```
    """
    names: list[str] = dataset.features["ner_tags"].feature.names
    types = concept_labels(entity_types(dataset))
    conversations: list[list[Message]] = []
    for sentence, tags in zip(placed_sentences(dataset), dataset["ner_tags"], strict=True):
        mentions: dict[str, list[str]] = {name: [] for name in types}
        for start, end, label in read_spans([names[tag] for tag in tags]):
            mentions[label].append(sentence.text[sentence.starts[start] : sentence.ends[end - 1]])
        answers = ((types[label], answer_of(found)) for label, found in mentions.items())
        conversations.append(_with_roles(turns_about(sentence.text, answers)))
    return conversations


def question_to(text: str, question: str) -> list[Message]:
    """Return the conversation that ends with a question.

    Args:
        text: The text.
        question: What is asked about it, as `question_about` words it.
    """
    return _with_roles([*turns_about(text), question])


def _with_roles(turns: Sequence[str]) -> list[Message]:
    return [Message(role=_ROLES[number % 2], content=turn) for number, turn in enumerate(turns)]
