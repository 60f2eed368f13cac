"""TadNER for few-shot recognition (Li et al., 2023; section 4.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from nuner.data_builders.labelled.episodes.episode import Episode
from nuner.data_builders.labelled.label_schemes import EntitySpan, read_spans
from nuner.data_builders.labelled.tag_spelling import OUTSIDE

from .prototypes import FALSE_SPAN
from .sentence_reader import batches
from .span_detector import SpanDetector
from .type_classifier import TypeClassifier
from .type_names import type_names

Finder = Callable[[Sequence[Sequence[str]]], list[list[EntitySpan]]]
"""From the words of sentences to the entities of each."""


class TadNer:
    """Two networks that know entities, and learn new types of them from their names and a few examples.

    What is learnt from examples is forgotten behind them, and dropout begins anew with each: the order of episodes
    changes no result.

    Args:
        detector: Finds spans.
        classifier: Tells their types, and which of them are false.
        descriptions: What is read in place of the names of some types.

    Example:
        ```python
        >>> from nuner.trainers.baselines.tadner.run import learn_tadner
        >>> tadner = learn_tadner("roberta-base", source)  # takes minutes  # doctest: +SKIP
        >>> tadner.predict(episode)  # takes minutes  # doctest: +SKIP
        [['O', 'film', 'film', 'O']]

        ```
    """

    def __init__(
        self, detector: SpanDetector, classifier: TypeClassifier, descriptions: Mapping[str, str] | None = None
    ) -> None:
        self.detector = detector
        self.classifier = classifier
        self.descriptions = descriptions

    @property
    def num_parameters(self) -> int:
        """Number of parameters of both networks."""
        networks = (self.detector.model, self.classifier.encoder)
        return sum(parameter.numel() for network in networks for parameter in network.parameters())

    def predict(self, episode: Episode) -> list[list[str]]:
        """Label the query of an episode by its support.

        Args:
            episode: The episode; a type without an example is known by its name alone.

        Returns:
            A type or `O` for each word of each sentence of the query.
        """
        support = [sentence.words for sentence in episode.support]
        spans = [_spans_of_types(sentence.labels, episode.types) for sentence in episode.support]
        query = [sentence.words for sentence in episode.query]
        labels = [[OUTSIDE] * len(words) for words in query]
        with self.fine_tuned(support, spans, episode.types) as find:
            for of_sentence, found in zip(labels, find(query), strict=True):
                for start, end, label in found:
                    of_sentence[start:end] = [label] * (end - start)
        return labels

    @contextmanager
    def fine_tuned(
        self, sentences: Sequence[Sequence[str]], spans: Sequence[Sequence[EntitySpan]], types: Sequence[str]
    ) -> Iterator[Finder]:
        """Learn types from examples for the length of a block.

        Args:
            sentences: The words of the examples; one sentence at least.
            spans: The entities of each, of these types. Spans may overlap: the detector learns from the longest.
            types: The types.

        Yields:
            What finds entities of these types in other sentences.

        Raises:
            NamedTypesError: If a type comes twice, or it or its description is blank.
        """
        names = type_names(types, self.descriptions)
        with (
            self.detector.fine_tuned(sentences, spans),
            self.classifier.fine_tuned(sentences, spans, names) as prototypes,
        ):

            def find(unlabelled: Sequence[Sequence[str]]) -> list[list[EntitySpan]]:
                found: list[list[EntitySpan]] = [[]] * len(unlabelled)
                for batch in batches(unlabelled):
                    of_batch = [unlabelled[i] for i in batch]
                    detected = self.detector.find(of_batch)
                    places = self.classifier.classify(of_batch, detected, prototypes)
                    for i, *of_sentence in zip(batch, detected, places, strict=True):
                        found[i] = [
                            span._replace(label=types[place])
                            for span, place in zip(*of_sentence, strict=True)
                            if place != FALSE_SPAN
                        ]
                return found

            yield find


def _spans_of_types(labels: Sequence[str], types: Sequence[str]) -> list[EntitySpan]:
    return [span for span in read_spans(labels, "plain") if span.label in types]
