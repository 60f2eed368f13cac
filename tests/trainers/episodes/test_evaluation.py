"""The score of a benchmark of episodes: entities counted over all of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import f1_score, precision_score, recall_score
from support.small_episodes import episode

from nuner.data_builders.labelled.episodes.episode import Episode, LabelledWords
from nuner.data_builders.labelled.label_schemes import read_spans, write_iob2
from nuner.trainers.episodes.evaluation import EpisodeScores, SpanCounts, evaluate_episodes


class Told:
    """Says what it was told to."""

    def __init__(self, labels: list[list[list[str]]]) -> None:
        self.labels = iter(labels)

    def predict(self, episode: Episode) -> list[list[str]]:
        return next(self.labels)


def scores_of(episodes: list[Episode], labels: list[list[list[str]]]) -> EpisodeScores:
    return evaluate_episodes(Told(labels), episodes, show=False)


def test_a_hand_computed_example() -> None:
    support = ["paris/place", "monday/time"]
    episodes = [
        # Two entities: New York is one. Predicted: York alone, which is wrong, and monday, which is right.
        episode(("place", "time"), support, ["in New/place York/place on monday/time"]),
        # Two neighboring words of different types are two entities; both right, and one too many.
        episode(("place", "time"), support, ["Rome/place tomorrow/time never", "nothing"]),
    ]
    found = scores_of(episodes, [[["O", "O", "place", "O", "time"]], [["place", "time", "time"], ["place"]]])
    # place: New York, Rome | York, Rome, nothing | Rome. time: monday, tomorrow | monday, "tomorrow never" | monday.
    assert found.types == {"place": SpanCounts(2, 3, 1), "time": SpanCounts(2, 2, 1)}
    assert found.total == SpanCounts(4, 5, 2)
    assert (found.total.precision, found.total.recall) == (2 / 5, 2 / 4)
    assert found.total.f1 == pytest.approx(2 * 0.4 * 0.5 / 0.9)
    assert (found.episodes, found.sentences) == (2, 3)
    assert found.of_episodes == [SpanCounts(2, 2, 1), SpanCounts(2, 3, 1)]


_LABELS = st.sampled_from(["O", "O", "a", "b", "c"])
_PAIRS = st.integers(1, 6).flatmap(lambda n: st.tuples(*[st.lists(_LABELS, min_size=n, max_size=n)] * 2))


@given(st.lists(st.lists(_PAIRS, min_size=1, max_size=3), min_size=1, max_size=4))
def test_it_is_seqeval_on_the_joined_tags(drawn: list[list[tuple[list[str], list[str]]]]) -> None:
    gold = [labels for one in drawn for labels, _ in one]
    if not any(label != "O" for labels in gold for label in labels):
        return
    episodes = [
        Episode(("a", "b", "c"), [], [LabelledWords(["x"] * len(labels), labels) for labels, _ in one])
        for one in drawn
    ]
    total = scores_of(episodes, [[labels for _, labels in one] for one in drawn]).total
    tags = [
        [write_iob2(read_spans(labels, "plain"), len(labels)) for labels in sentences]
        for sentences in (gold, [p for one in drawn for _, p in one])
    ]
    assert total.f1 == pytest.approx(f1_score(*tags))
    assert total.precision == pytest.approx(precision_score(*tags))
    assert total.recall == pytest.approx(recall_score(*tags))


def test_the_figures_are_ready_for_json() -> None:
    told = scores_of([episode(("place",), ["paris/place"], ["rome/place"])], [[["place"]]]).to_dict()
    assert told["f1"] == 1.0
    assert told["types"]["place"] == {
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
        "gold": 1,
        "predicted": 1,
        "correct": 1,
    }


def test_labels_that_do_not_fit_the_words_are_refused() -> None:
    episodes = [episode(("place",), ["paris/place"], ["in rome/place"])]
    with pytest.raises(ValueError, match=r"episode 1: the query has sentences of \[2\] words, but got \[1\] labels"):
        scores_of(episodes, [[["place"]]])


@pytest.mark.parametrize("episodes", [[], [episode(("place",), ["paris/place"], ["in it"])]])
def test_without_an_entity_there_is_no_score(episodes: list[Episode]) -> None:
    with pytest.raises(ValueError, match="no word in the query of any episode belongs to an entity"):
        scores_of(episodes, [[["O", "O"]]])


def test_progress_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    import time

    class Slow:
        def predict(self, episode: Episode) -> list[list[str]]:
            time.sleep(1.1)
            return [["place"]]

    evaluate_episodes(Slow(), [episode(("place",), ["paris/place"], ["rome/place"])] * 2, description="Tiny task")
    assert "Tiny task: 1/2" in capsys.readouterr().out
