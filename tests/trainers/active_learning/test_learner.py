"""A learner suggests from names, learns after each text, chooses, measures itself and goes on where it was."""

import threading

import numpy as np
import pytest
from support.tiny_bi_encoder import save_tiny_bi_encoder

from nuner.data_builders.labelled.labelled_text import TextEntity
from nuner.data_builders.labelled.projects.answers import Label
from nuner.data_builders.labelled.projects.project import Project, ProjectSettings
from nuner.trainers.active_learning.learner import Learner
from nuner.trainers.active_learning.pool_vectors import PoolVectors
from nuner.trainers.active_learning.sitting import simulate_sitting
from nuner.trainers.active_learning.text_encoder import TextEncoder

CITIES = ["Paris", "London", "Rome", "Oslo"]
GOLD = {
    f"Ada lives in {city} {number}.": [TextEntity(13, 13 + len(city), "city")]
    for number in range(20)
    for city in CITIES
}


@pytest.fixture(scope="module")
def bi_encoder(tiny_bert_dir, tmp_path_factory):
    return save_tiny_bi_encoder(tiny_bert_dir, tmp_path_factory.mktemp("bi"))


@pytest.fixture
def project(tmp_path):
    with Project(tmp_path / "trips.studio") as project:
        project.add_texts((text, None) for text in GOLD)
        yield project


@pytest.fixture
def ada(project):
    return project.annotator("Ada")


@pytest.fixture
def learner(project, bi_encoder, tmp_path):
    learner = Learner(project, bi_encoder, tmp_path / "vectors")
    yield learner
    learner.close()


def test_names_alone_bring_suggestions_and_none_without_types(learner, project, ada):
    learner.refit()
    assert learner.suggest(1) == []
    kind = project.types.add(ada, "city")
    learner.refit()
    found = [suggestion for number in range(1, 81) for suggestion in learner.suggest(number)]
    assert found
    assert {(each.type, each.label) for each in found} == {(kind.number, "city")}
    assert all(0 < each.confidence <= 1 for each in found)


def test_another_encoder_suggests_after_the_first_labels(project, ada, tiny_bert_dir, tmp_path):
    city = project.types.add(ada, "city").number
    learner = Learner(project, tiny_bert_dir, tmp_path / "other")
    learner.refit()
    assert not learner.knows_names
    assert learner.suggest(1) == []
    assert learner.next_text(ada, "instructive") is not None
    for number in range(1, 40):
        (entity,) = GOLD[project.texts[number].text]
        project.save(number, ada, [Label(entity.start, entity.end, city)])
    learner.refit()
    right = 0
    for number in range(41, 81):
        (entity,) = GOLD[project.texts[number].text]
        right += [(each.start, each.end) for each in learner.suggest(number)] == [(entity.start, entity.end)]
    assert right > 30
    learner.close()


def test_a_sitting_learns_and_measures_itself_on_what_was_set_aside(learner, project, ada):
    project.types.add(ada, "city")
    learner.start(lambda made, total: None)
    learner.join()
    steps = list(simulate_sitting(learner, GOLD, "instructive", 40))
    assert [step.labelled for step in steps] == list(range(40))
    assert sum(step.right for step in steps[-10:]) > sum(step.right for step in steps[:10])
    counts = project.answers.counts()
    assert counts.labelled == 40
    assert abs(counts.held_out_labelled - 40 * counts.held_out / counts.texts) <= 1
    score = learner.score()
    assert score.measured == counts.held_out_labelled
    assert score.labelled == 40 - score.measured
    assert score.low <= score.f1 <= score.high
    assert project.scores() == [score.to_dict()]
    learner.score()
    assert len(project.scores()) == 1


def test_undoing_and_types_of_now_count(learner, project, ada):
    city = project.types.add(ada, "city").number
    project.save(1, ada, [Label(13, 18, city)])
    learner.refit()
    assert learner.head.texts == 1
    project.types.rename(ada, city, "town")
    project.types.add(ada, "person")
    learner.refit()
    assert [each.name for each in learner.head.types] == ["town", "person"]
    for _ in range(3):
        project.history.undo(ada)
    learner.refit()
    assert learner.head.texts == 0
    assert [each.name for each in learner.head.types] == ["city"]


def test_each_order_and_each_annotator_gets_every_text_once(learner, project, ada):
    bo = project.annotator("Bo")
    project.types.add(ada, "city")
    learner.refit()
    seen = []
    while True:
        for place, annotator in enumerate((ada, bo)):
            number = learner.next_text(annotator, ("instructive", "in order", "random")[(len(seen) + place) % 3])
            if number is None:
                break
            seen.append((annotator, number))
        else:
            for annotator, number in seen[-2:]:
                project.save(number, annotator, [])
            continue
        break
    assert len({number for _, number in seen}) == len(seen) == len(GOLD)


def test_in_order_is_the_order_of_the_file(learner, project, ada):
    assert learner.next_text(ada, "in order") == 1
    project.answers.skip(1, ada)
    assert learner.next_text(ada, "in order") == 2


def test_a_text_that_waits_for_a_second_annotator_comes_first(learner, project, ada):
    project.set(ada, ProjectSettings(double_share=1.0))
    bo = project.annotator("Bo")
    project.save(7, ada, [])
    assert learner.next_text(bo, "in order") == 7


def test_two_threads_never_get_the_same_text(learner, project, ada):
    annotators = [project.annotator(f"annotator {number}") for number in range(8)]
    found = []
    threads = [
        threading.Thread(target=lambda a=annotator: found.append(learner.next_text(a, "random")))
        for annotator in annotators
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 8


def test_a_wrong_label_is_doubted(learner, project, ada):
    city = project.types.add(ada, "city").number
    for number in range(1, 61):
        (entity,) = GOLD[project.texts[number].text]
        project.save(number, ada, [Label(entity.start, entity.end, city)] if number != 30 else [])
    learner.refit()
    (doubted, *_) = learner.disagreements()
    assert doubted.text == 30
    assert doubted.labelled is None
    assert project.texts[30].text[doubted.suggested.start : doubted.suggested.end] in CITIES


def test_advice_names_the_rare_type_and_tells_what_the_last_doubling_brought(learner, project, ada):
    assert learner.advice().sentences == ()
    city, drug = (project.types.add(ada, name).number for name in ("city", "drug"))
    for number in range(1, 81):
        (entity,) = GOLD[project.texts[number].text]
        project.save(number, ada, [Label(entity.start, entity.end, city)])
    learner.refit()
    advice = learner.advice()
    assert advice.type == drug
    assert advice.sentences[0] == "More labels of 'drug' would help most: there are 0 to learn from so far."
    if advice.gain is not None:
        assert advice.low <= advice.gain <= advice.high


def test_vectors_are_made_in_the_background_and_taken_up_by_the_next_process(project, bi_encoder, tmp_path, ada):
    told, done = [], threading.Event()

    def progress(made, total):
        told.append((made, total))
        if made == total:
            done.set()

    learner = Learner(project, bi_encoder, tmp_path / "vectors")
    learner.start(progress)
    assert done.wait(30)
    learner.close()
    assert told[0] == (0, len(GOLD))
    told.clear()
    again = Learner(project, bi_encoder, tmp_path / "vectors")
    again.start(progress)
    again.close()
    assert told[0] == (len(GOLD), len(GOLD))


def test_what_stops_the_background_is_told(learner, project, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(learner._pool, "append", full)
    learner.start(lambda made, total: None)
    learner.join()
    assert learner.failure == "the texts are no longer being read: [Errno 28] No space left on device"


def test_files_that_a_killed_process_left_are_cut_to_what_is_whole(bi_encoder, tmp_path):
    encoder = TextEncoder(bi_encoder)
    pool = PoolVectors(tmp_path / "v", "p", encoder)
    for number, text in enumerate(GOLD, start=1):
        if number < 4:
            pool.append([number], encoder([text]))
    first = pool.of(1).vectors.copy()
    pool.close()
    vectors = tmp_path / "v" / "vectors.f16"
    with vectors.open("r+b") as file:
        file.truncate(vectors.stat().st_size - 3)
    again = PoolVectors(tmp_path / "v", "p", encoder)
    assert again.numbers.tolist() == [1, 2]
    again.append([9], encoder(["Ada lives in Paris 0."]))
    assert np.array_equal(again.of(1).vectors, first)
    assert np.array_equal(again.of(9).vectors, first)
    again.close()


def test_vectors_of_another_project_or_encoder_are_made_anew(bi_encoder, tiny_bert_dir, tmp_path):
    encoder = TextEncoder(bi_encoder)
    pool = PoolVectors(tmp_path / "v", "p", encoder)
    pool.append([1], encoder(["Ada"]))
    pool.close()
    assert len(PoolVectors(tmp_path / "v", "p", encoder)) == 1
    assert len(PoolVectors(tmp_path / "v", "other", encoder)) == 0
    (tmp_path / "v" / "made-of.json").write_text("{}")
    assert len(PoolVectors(tmp_path / "v", "other", encoder)) == 0


def test_texts_of_any_length_and_kind_are_read(project, ada, bi_encoder, tmp_path):
    hostile = ["x" * 100_000, "\u200b\u200d", "<b>&amp;</b>", "日本語のテキスト", "word " * 3000, "a\0b"]
    project.add_texts((text, None) for text in hostile)
    project.types.add(ada, "city")
    learner = Learner(project, bi_encoder, tmp_path / "long")
    learner.start(lambda made, total: None)
    learner.join()
    learner.refit()
    for number in range(81, 87):
        text = project.texts[number].text
        assert all(0 <= each.start < each.end <= len(text) for each in learner.suggest(number))
        project.save(number, ada, [])
    learner.refit()
    learner.score()
    assert learner.failure is None
    learner.close()


def test_no_encoder_is_said(project, tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no encoder"):
        Learner(project, tmp_path / "absent", tmp_path / "vectors")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="holds no encoder"):
        Learner(project, tmp_path / "empty", tmp_path / "vectors")
