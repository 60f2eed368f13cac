"""What few-shot methods may learn from before they are measured."""

from pathlib import Path

from support.small_episodes import in_other_sentences, travel, write_episodes

from nuner.data_builders.labelled.episodes.sentences import episode_sentences
from nuner.trainers.experiments.cells.episodes.methods import LearntBefore
from nuner.trainers.experiments.cells.episodes.sets import EpisodeFile


def test_nothing_is_learnt_from_sentences_that_are_measured_on(tmp_path: Path) -> None:
    measured = travel(1)
    file = EpisodeFile(str(write_episodes(tmp_path / "test_2_1.jsonl", measured)))
    others = in_other_sentences(travel(3))
    before = LearntBefore([*travel(3), *others], episode_sentences([*measured, *others])).apart_from(file)
    assert before.episodes == others
    assert before.sentences is not None
    assert before.sentences[:] == episode_sentences(others)[:]


def test_one_sentence_in_common_is_enough(tmp_path: Path) -> None:
    [measured], [other] = travel(1), in_other_sentences(travel(1))
    other.support.append(measured.query[0])
    file = EpisodeFile(str(write_episodes(tmp_path / "test_2_1.jsonl", [measured])))
    assert LearntBefore([other], None).apart_from(file) == LearntBefore([], None)
