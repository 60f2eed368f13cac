"""A project keeps what it was told, says what is wrong, and gives it all to those who learn from it."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuner import load_labelled
from nuner.data_builders.files.output_lock import OutputInUseError
from nuner.data_builders.labelled.conversion import convert_labels
from nuner.data_builders.labelled.projects.answers import Label
from nuner.data_builders.labelled.projects.project import Project, ProjectSettings
from nuner.data_builders.labelled.projects.schema import ProjectError

TEXTS = ["Ada lives in Paris.", "Bo went to Oslo.", "Nothing here."]


@pytest.fixture
def project(tmp_path):
    with Project(tmp_path / "trips.studio", held_out_share=0.0) as project:
        project.add_texts((text, f"row {i}") for i, text in enumerate(TEXTS))
        yield project


@pytest.fixture
def ada(project):
    return project.annotator("Ada")


def test_texts_come_back_as_they_were_and_once(project):
    added = project.add_texts([(TEXTS[0], None), (" \n", None), ("new\0\ud800 \u200b text", "n")])
    assert (added.new, added.repeated, added.blank) == (1, 1, 1)
    assert [text[:3] for text in project.texts.some([1, 4, 9])] == [
        (1, "row 0", TEXTS[0]),
        (4, "n", "new\0\ufffd \u200b text"),
    ]


def test_what_is_set_aside_is_a_share_and_depends_on_the_text_alone(tmp_path):
    texts = [(f"text {i}", None) for i in range(2000)]
    with Project(tmp_path / "a.studio") as one, Project(tmp_path / "b.studio") as other:
        one.add_texts(texts)
        other.add_texts(reversed(texts))
        held_out = {one.texts[number].text for number in one.texts.held_out()}
        assert held_out == {other.texts[number].text for number in other.texts.held_out()}
    assert 340 < len(held_out) < 460


def test_labels_are_there_after_the_project_was_closed(project, ada, tmp_path):
    city = project.types.add(ada, " city ", "a town", "#00ff00")
    project.save(1, ada, [Label(13, 18, city.number, suggested=True)], key_presses=3)
    project.answers.skip(2, ada)
    project.close()
    with Project(tmp_path / "trips.studio") as again:
        assert again.types.all() == [(city.number, "city", "a town", "#00ff00")]
        (answer,) = again.answers.of(1)
        assert answer.labels == (Label(13, 18, city.number, True),)
        assert answer.key_presses == 3
        counts = again.answers.counts()
        assert (counts.texts, counts.labelled, counts.skipped, counts.labels) == (3, 1, 1, {city.number: 1})
        undone = [again.history.undo(ada) for _ in range(2)]
        assert [each and (each.text, each.summary) for each in undone] == [
            (2, "skipped text 2"),
            (1, "labelled text 1"),
        ]
        assert again.answers.of(1) == []


def test_saving_again_takes_the_place_of_what_was_saved_and_undo_brings_it_back(project, ada):
    city = project.types.add(ada, "city").number
    first, second = Label(13, 18, city), Label(0, 3, city)
    project.save(1, ada, [first])
    project.save(1, ada, [second])
    assert project.answers.of(1)[0].labels == (second,)
    project.history.undo(ada)
    assert project.answers.of(1)[0].labels == (first,)


def test_what_is_saved_already_is_not_done_again(project, ada):
    city = project.types.add(ada, "city").number
    for _ in range(2):
        project.save(1, ada, [Label(13, 18, city)])
        project.answers.skip(2, ada)
    assert project.leases.take(ada, 3)
    assert [project.history.undo(ada).summary for _ in range(2)] == ["skipped text 2", "labelled text 1"]
    assert project.history.last().summary == "added the type 'city'"


def test_types_change_their_labels_and_all_of_it_is_undone(project, ada):
    city, town = (project.types.add(ada, name).number for name in ("city", "town"))
    project.save(1, ada, [Label(13, 18, city)])
    project.set(ada, ProjectSettings(nested=True))
    project.save(2, ada, [Label(11, 15, city), Label(11, 15, town)])
    before = [answer.labels for answer in project.answers.counted()]
    assert project.types.effect(city, into=town) == (2, 2, 1)
    project.types.merge(ada, city, into=town)
    assert [answer.labels for answer in project.answers.counted()] == [(Label(13, 18, town),), (Label(11, 15, town),)]
    assert project.types.effect(town) == (2, 2, 0)
    project.types.delete(ada, town)
    assert project.types.all() == []
    assert [answer.labels for answer in project.answers.counted()] == [(), ()]
    for summary in ("deleted the type 'town'", "merged the type 'city' into 'town'"):
        assert project.history.undo(ada).summary == summary
    assert [answer.labels for answer in project.answers.counted()] == before
    while project.history.undo(ada):
        pass
    assert project.types.all() == []
    assert project.settings == ProjectSettings()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda p, a, c: p.types.add(a, " \u200b "), "needs a name that can be seen"),
        (lambda p, a, c: p.types.add(a, "city"), "there is a type 'city' already"),
        (lambda p, a, c: p.types.add(a, "a\x07b"), "has control characters"),
        (lambda p, a, c: p.types.add(a, "x" * 300), "may have 200 characters, not 300"),
        (lambda p, a, c: p.types.recolor(a, c, "red;}"), "a color is written as #rrggbb"),
        (lambda p, a, c: p.types.merge(a, c, c), "cannot be merged into itself"),
        (lambda p, a, c: p.types.rename(a, 99, "x"), "no longer there"),
        (lambda p, a, c: p.save(1, a, [Label(13, 99, c)]), "outside the text"),
        (lambda p, a, c: p.save(1, a, [Label(3, 4, c)]), "covers nothing but blanks"),
        (lambda p, a, c: p.save(1, a, [Label(0, 3, 99)]), "no longer there"),
        (lambda p, a, c: p.save(1, a, [Label(0, 3, c), Label(0, 3, c)]), "'Ada' is labelled 'city' twice"),
        (lambda p, a, c: p.save(1, a, [Label(0, 9, c), Label(4, 9, c)]), "overlap"),
        (lambda p, a, c: p.save(77, a, []), "there is no text 77"),
        (lambda p, a, c: p.annotator("\x1b"), "an annotator needs a name"),
        (lambda p, a, c: p.set(a, ProjectSettings(double_share=2)), "0 to 1, not 2"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(project, ada, change, told):
    city = project.types.add(ada, "city").number
    with pytest.raises(ProjectError, match=told):
        change(project, ada, city)
    assert project.history.last().summary == "added the type 'city'"


def test_hostile_names_are_kept_as_they_are(project, ada):
    name = "<script>alert('x')</script> \"; DROP TABLE types; --"
    number = project.types.add(ada, name).number
    project.save(1, ada, [Label(0, 3, number)])
    project.types.rename(ada, number, "plain")
    project.history.undo(ada)
    assert [each.name for each in project.types.all()] == [name]


def test_nobody_undoes_what_others_have_built_upon(project, ada):
    bo = project.annotator("Bo")
    city = project.types.add(ada, "city").number
    project.save(1, bo, [Label(13, 18, city)])
    project.types.delete(ada, city)
    with pytest.raises(ProjectError, match="you labelled text 1, and Ada has since deleted the type 'city'"):
        project.history.undo(bo)
    project.history.undo(ada)
    assert project.history.undo(bo).text == 1


def test_a_type_that_undoing_needs_must_be_there(project, ada):
    bo = project.annotator("Bo")
    city = project.types.add(ada, "city").number
    project.save(1, bo, [Label(13, 18, city)])
    project.save(1, bo, [])
    project.types.delete(ada, city)
    with pytest.raises(ProjectError, match="has since been deleted, merged or named anew"):
        project.history.undo(bo)
    assert project.answers.of(1)[0].labels == ()


def test_two_people_never_get_the_same_text(project, ada):
    bo = project.annotator("Bo")
    assert project.leases.take(ada, 1)
    assert not project.leases.take(bo, 1)
    assert project.leases.take(bo, 2)
    assert project.leases.held(bo) == 2
    assert project.leases.closed(ada) == {2}
    project.save(1, ada, [])
    assert project.leases.held(ada) is None
    assert project.leases.closed(bo) == {1}
    assert project.leases.closed(ada) == {1, 2}


def test_a_share_is_labelled_by_two_and_no_more(project, ada):
    bo, cy = project.annotator("Bo"), project.annotator("Cy")
    project.save(1, ada, [])
    assert project.leases.waiting(bo, 1.0) == [1]
    assert project.leases.take(bo, 1, 1.0)
    assert not project.leases.take(cy, 1, 1.0)
    project.save(1, bo, [])
    assert project.leases.waiting(cy, 1.0) == []
    assert 1 in project.leases.closed(cy, 1.0)


def test_conflicts_are_shown_until_they_are_decided(project, ada, tmp_path):
    bo = project.annotator("Bo")
    city = project.types.add(ada, "city").number
    project.save(1, ada, [Label(13, 18, city)])
    project.save(1, bo, [Label(0, 3, city)])
    project.save(2, ada, [Label(11, 15, city, suggested=True)])
    project.save(2, bo, [Label(11, 15, city)])
    assert project.answers.conflicts() == [1]
    assert [answer.annotator for answer in project.answers.counted()] == [ada, ada]
    project.save(1, bo, [], final=True)
    assert project.answers.conflicts() == []
    assert next(project.answers.counted()).labels == ()
    assert len(list(project.answers.doubled())) == 2


def test_another_process_cannot_open_it(project, tmp_path):
    code = "import sys; from nuner.data_builders.labelled.projects.project import Project; Project(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", code, project.path], capture_output=True, text=True, check=False)
    assert OutputInUseError.__name__ in done.stderr
    assert f"is being written by process {os.getpid()}" in done.stderr


def test_another_file_and_another_version_are_refused(tmp_path):
    other = tmp_path / "other.studio"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE t (x)")
    connection.close()
    with pytest.raises(ProjectError, match="is no labelling project"):
        Project(other)
    Project(tmp_path / "new.studio").close()
    connection = sqlite3.connect(tmp_path / "new.studio")
    connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(ProjectError, match="of version 9 of the labelling project; this release reads version 1"):
        Project(tmp_path / "new.studio")
    (tmp_path / "text.studio").write_text("no database" * 100)
    with pytest.raises(ProjectError, match="is no labelling project"):
        Project(tmp_path / "text.studio")


def test_nothing_that_was_saved_is_lost_when_the_process_is_killed(tmp_path):
    code = (
        "import sys\n"
        "from nuner.data_builders.labelled.projects.project import Project\n"
        "project = Project(sys.argv[1], held_out_share=0.0)\n"
        "project.add_texts((f'text {i}', None) for i in range(10_000))\n"
        "ada = project.annotator('Ada')\n"
        "for number in range(1, 10_000):\n"
        "    project.save(number, ada, [])\n"
        "    print(number, flush=True)\n"
    )
    path = tmp_path / "killed.studio"
    process = subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    saved = [int(process.stdout.readline()) for _ in range(20)]
    process.send_signal(signal.SIGKILL)
    saved += [int(line) for line in process.communicate()[0].splitlines() if line]
    with Project(path) as project:
        there = {answer.text for answer in project.answers.counted()}
    assert set(saved) <= there


def test_it_is_labelled_data_for_all_that_reads_such_also_while_it_is_open(project, ada, tmp_path):
    city = project.types.add(ada, "city").number
    for number, (start, end) in enumerate([(13, 18), (11, 15)], start=1):
        project.save(number, ada, [Label(start, end, city)])
    loaded = load_labelled(project.path)
    assert loaded["train"]["tokens"][1] == ["Bo", "went", "to", "Oslo", "."]
    assert loaded["train"]["ner_tags"][1] == [0, 0, 0, 1, 0]
    done = convert_labels(project.path, tmp_path / "labels.jsonl", target_format="jsonl")
    assert (done.source_format, done.texts, done.entities) == ("a project of nuner studio", 2, 2)


def test_what_was_set_aside_is_the_test_split(tmp_path):
    with Project(tmp_path / "x.studio", held_out_share=0.5) as project:
        project.add_texts((f"In town {i}", None) for i in range(20))
        ada = project.annotator("Ada")
        town = project.types.add(ada, "town").number
        for number in range(1, 21):
            project.save(number, ada, [Label(3, 7, town)])
        held_out = {project.texts[number].text for number in project.texts.held_out()}
    splits = load_labelled(tmp_path / "x.studio")
    assert set(splits["test"]["text"]) == held_out
    assert len(splits["train"]) == 20 - len(held_out)


def test_a_project_without_labels_is_no_data_yet(project):
    with pytest.raises(ValueError, match="has no labelled text yet"):
        load_labelled(project.path)


@settings(max_examples=15)
@given(
    steps=st.lists(
        st.tuples(st.integers(1, 3), st.sampled_from(["save", "skip", "merge", "delete", "rename", "describe"])),
        max_size=8,
    )
)
def test_undoing_everything_leaves_nothing(steps, tmp_path_factory):
    path = Path(tmp_path_factory.mktemp("undo"), "x.studio")
    with Project(path, held_out_share=0.0) as project:
        project.add_texts((text, None) for text in TEXTS)
        ada = project.annotator("Ada")
        types = [project.types.add(ada, name).number for name in "abc"]
        start, first = project.types.all(), project.history.last()
        for place, (number, step) in enumerate(steps):
            try:
                if step == "save":
                    there = {each.number for each in project.types.all()}
                    project.save(number, ada, [Label(0, 2, kind) for kind in sorted(there)[:1]])
                elif step == "skip":
                    project.answers.skip(number, ada)
                elif step == "merge":
                    project.types.merge(ada, types[number - 1], types[number % 3])
                elif step == "delete":
                    project.types.delete(ada, types[number - 1])
                elif step == "rename":
                    project.types.rename(ada, types[number - 1], f"name {place}")
                else:
                    project.types.describe(ada, types[number - 1], "x")
            except ProjectError:
                pass
        while project.history.last() != first:
            assert project.history.undo(ada)
        assert project.types.all() == start
        assert list(project.answers.counted()) == []
