"""ProtoBERT, NNShot and StructShot: labels of words by the nearest words or prototypes of a support."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nuner.data_builders.labelled.episodes.episode import Episode, LabelledWords
from nuner.data_builders.labelled.tag_spelling import OUTSIDE

from ...few_shot.word_vectors import TokenFeatures, WordVectors
from .abstract_transitions import AbstractTransitions, best_path
from .class_scores import ClassScores

# Sentences that are compared with the support at a time.
_SENTENCES = 256


@dataclass(frozen=True)
class NearestClasses:
    """A method for episodes that gives each word of a query the class whose words it is nearest to.

    The class of words outside all entities is one like any other, with words or a prototype of its own. A word without
    a vector, for want of sub-words or beyond what the encoder reads, is `O`.

    Args:
        features: The encoder.
        class_scores: What nearness is: `prototype_scores` or `nearest_word_scores`.
        structured: Whether labels follow one another as `transitions` say (StructShot), or each word is labelled on
            its own.
        transitions: How they do; None: as in each support.
        tau: How much the transitions count, see `AbstractTransitions.log_probabilities`.

    Example:
        ```python
        >>> from nuner.trainers.baselines.nearest_neighbour.class_scores import prototype_scores
        >>> from nuner.trainers.baselines.nearest_neighbour.method import NearestClasses
        >>> from nuner.trainers.few_shot.word_vectors import TokenFeatures
        >>> proto_bert = NearestClasses(TokenFeatures("nuner-roberta"), prototype_scores)

        ```
    """

    features: TokenFeatures
    class_scores: ClassScores
    structured: bool = False
    transitions: AbstractTransitions | None = None
    tau: float = 1.0

    def predict(self, episode: Episode) -> list[list[str]]:
        """Label the query of an episode by its support.

        Args:
            episode: The episode.

        Returns:
            A type or `O` for each word of each sentence of the query.

        Raises:
            ValueError: If no word of the support has a vector.
        """
        words = self.features(_words(episode.support))
        if not len(words.word):
            raise ValueError("the support of an episode has no word that the encoder can read")
        classes = word_classes(episode.support, episode.types, words)
        labels = [OUTSIDE, *episode.types]
        transitions = self.transitions or AbstractTransitions.of(sentence.labels for sentence in episode.support)
        log_probabilities = transitions.log_probabilities(len(episode.types), self.tau) if self.structured else None
        predicted: list[list[str]] = []
        for first in range(0, len(episode.query), _SENTENCES):
            query = episode.query[first : first + _SENTENCES]
            found = self.features(_words(query))
            scores = self.class_scores(words.vectors, classes, found.vectors, len(labels))
            best = _best_classes(scores, found, log_probabilities)
            predicted += [[OUTSIDE] * len(sentence.words) for sentence in query]
            for sentence, word, label in zip(found.sentence.tolist(), found.word.tolist(), best, strict=True):
                predicted[first + sentence][word] = labels[label]
        return predicted


def word_classes(sentences: Sequence[LabelledWords], types: Sequence[str], words: WordVectors) -> Tensor:
    """Look up the classes of words that have vectors.

    Args:
        sentences: The sentences.
        types: Class i + 1 is the i-th; class 0 is `O`.
        words: Their words that have vectors.

    Returns:
        The classes, `(words,)`.
    """
    number = {label: place for place, label in enumerate([OUTSIDE, *types])}
    places = zip(words.sentence.tolist(), words.word.tolist(), strict=True)
    return torch.tensor([number[sentences[sentence].labels[word]] for sentence, word in places], dtype=torch.long)


def _words(sentences: Sequence[LabelledWords]) -> list[list[str]]:
    return [sentence.words for sentence in sentences]


def _best_classes(scores: Tensor, words: WordVectors, log_probabilities: tuple[Tensor, Tensor] | None) -> list[int]:
    if log_probabilities is None:
        return scores.argmax(1).tolist()
    of_sentences = (scores[words.sentence == place].log_softmax(1) for place in words.sentence.unique())
    return [each for of_sentence in of_sentences for each in best_path(of_sentence, *log_probabilities)]
