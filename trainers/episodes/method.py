"""What is measured on episodes."""

from __future__ import annotations

from typing import Protocol

from nuner.data_builders.labelled.episodes.episode import Episode


class EpisodeMethod(Protocol):
    """A few-shot method that is ready for episodes, whatever it has learnt before.

    Nothing of one episode stays for the next: the order of episodes changes no result.
    """

    def predict(self, episode: Episode) -> list[list[str]]:
        """Learn from the support of an episode and label its query.

        Args:
            episode: The episode; the labels of its query are not looked at.

        Returns:
            For each sentence of the query, for each of its words, one of the episode's types or `O`.
        """
        ...
