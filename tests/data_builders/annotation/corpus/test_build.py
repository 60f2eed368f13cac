"""From finished sentences to a corpus on disk with its report."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from datasets import disable_progress_bars, load_dataset
from support.narrow_page import narrow_page, needs_chromium

from nuner.data_builders.annotation.corpus.build import build_corpus
from nuner.data_builders.annotation.corpus.report import rarest_concepts
from nuner.data_builders.annotation.corpus.rows import YieldCounts, corpus_rows
from nuner.data_builders.annotation.replies.alignment import AlignmentOptions
from nuner.data_builders.annotation.sentences.preparation import read_sentences
from nuner.data_builders.annotation.store.finished_sentence import FinishedSentence
from nuner.data_builders.corpus.builder import NuNerCorpus
from nuner.data_builders.corpus.parquet_shards import ParquetShards
from nuner.data_builders.corpus.statistics import CorpusStatistics
from nuner.data_builders.rejections import CorpusError
from nuner.data_builders.schema import sentence_id, split_of

disable_progress_bars()

HOSTILE = "<script>alert(1)</script> & {{ 7 * 7 }}"


def finished(text, *entities, reply=None, truncated=False):
    items = [dict(zip(("text", "concept", "description"), entity, strict=False)) for entity in entities]
    reply = json.dumps({"entities": items}) if reply is None else reply
    return FinishedSentence(sentence_id(text), text, "en", "notes.txt", reply, truncated)


def some_sentences(count=40):
    return [
        finished(f"Ada{number} met Bo.", (f"Ada{number}", "Person", "a human being"), ("Bo", f"name {number % 7}"))
        for number in range(count)
    ]


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_loss_is_counted_where_it_happens():
    sentences = [
        finished("Ada met Bo.", ("Ada", "person"), ("Bo", "person"), ("Cy", "person"), ("Ada", "Person")),
        finished("Nothing here.", reply='{"entities": []}'),
        finished("No reply here.", reply="I cannot."),
        finished("Placed nowhere.", ("Cy", "person")),
        finished("A concept here.", ("concept", "Concept")),
        finished("Cut off here.", reply='{"entities": [{"text": "Cut", "concept": "x"}, {"te', truncated=True),
        finished("Odd items here.", reply='[{"text": "Odd", "concept": "y"}, {"text": "items"}]'),
    ]
    counts = YieldCounts()
    rows = list(corpus_rows(sentences, counts, drop_concepts=["concept"]))
    assert [(row["text"], len(row["entities"])) for row in rows] == [
        ("Ada met Bo.", 2),
        ("Nothing here.", 0),
        ("Cut off here.", 1),
        ("Odd items here.", 1),
    ]
    assert counts.to_dict() == {
        "sentences": 7,
        "unreadable_replies": {"the reply has no JSON": 1},
        "reply_forms": {"json": 5, "cut": 1},
        "without_place": 1,
        "dropped_by_concept": 1,
        "kept": 4,
        "entities": 9,
        "unreadable_entities": 1,
        "losses": {"not found": 2, "duplicate": 1},
        "matches": {"exact": 5},
        "annotations": 4,
    }


def test_a_corpus_is_written_and_read_back(tmp_path):
    build = build_corpus(some_sentences(), tmp_path / "corpus", rows_per_shard=10)
    assert build.splits["train"] + build.splits["validation"] == 40
    shards = sorted(path.name for path in build.folder.glob("*.parquet"))
    assert shards[0] == "train-00000-of-00004.parquet"
    loaded: Any = load_dataset(str(build.folder), cache_dir=str(tmp_path / "cache"))
    builder = NuNerCorpus("records", data_files=build.folder, cache_dir=tmp_path / "cache")
    builder.download_and_prepare()
    for split, rows in build.splits.items():
        assert len(loaded[split]) == rows
        assert all(split_of(row["id"]) == split for row in loaded[split])
        assert list(loaded[split]) == list(builder.as_dataset(split))
    assert not len(builder.report.rejections)
    assert CorpusStatistics.of(loaded) == build.statistics
    assert loaded["train"][0]["entities"][0]["concept"] == "person"


def test_the_same_store_gives_the_same_bytes_and_an_older_corpus_is_replaced(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    build_corpus(some_sentences(), first, rows_per_shard=10)
    build_corpus(some_sentences(), second, rows_per_shard=7)
    assert len(list(second.glob("train-*"))) == 5
    build_corpus(some_sentences(), second, rows_per_shard=10)
    assert files_of(first) == files_of(second)
    assert len(files_of(first)) == 8  # 4 + 1 shards, two reports, a picture


def test_an_error_leaves_the_older_corpus_as_it_was(tmp_path):
    def breaks_off():
        yield from some_sentences(20)
        raise OSError("the store is gone")

    build_corpus(some_sentences(), tmp_path / "corpus")
    before = files_of(tmp_path / "corpus")
    with pytest.raises(OSError, match="the store is gone"):
        build_corpus(breaks_off(), tmp_path / "corpus")
    assert files_of(tmp_path / "corpus") == before


# A process that is ended by the test while it writes a corpus.
STOPPED = """
import sys, time
from nuner.data_builders.corpus.parquet_shards import ParquetShards
with ParquetShards(sys.argv[1], rows_per_shard=1) as shards:
    for id in ("a", "b", "d"):
        shards.write({"id": id, "text": "Ada was here.", "entities": []})
    print("writing", flush=True)
    time.sleep(60)
"""


def test_what_a_killed_run_left_in_a_corpus_is_no_part_of_it(tmp_path):
    corpus = tmp_path / "corpus"
    build_corpus(some_sentences(), corpus)
    before = files_of(corpus)
    process = subprocess.Popen([sys.executable, "-c", STOPPED, str(corpus)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"writing\n"
    process.kill()
    process.wait()
    process.stdout.close()
    assert len(list(corpus.rglob("*.parquet"))) > len(list(corpus.glob("*.parquet")))

    builder = NuNerCorpus("records", data_files=corpus, cache_dir=tmp_path / "cache")
    builder.download_and_prepare()
    read: list[Any] = [builder.as_dataset(), load_dataset(str(corpus), cache_dir=str(tmp_path / "cache"))]
    for splits in read:
        assert sum(splits.num_rows.values()) == 40
    assert len(list(read_sentences(f"{corpus}/**/*.parquet", segment=False))) == 40

    build_corpus(some_sentences(), corpus)
    assert files_of(corpus) == before


@pytest.mark.parametrize("name", [".corpus-0123abcd.incomplete", "corpus/.incomplete"])
def test_what_a_killed_run_of_an_earlier_version_left_is_cleared(tmp_path, name):
    left = tmp_path / name
    left.mkdir(parents=True)
    (left / "train-00000.parquet").write_bytes(b"half")
    with ParquetShards(tmp_path / "corpus"):
        pass
    assert [path.name for path in tmp_path.rglob("*")] == ["corpus"]
    with pytest.raises(ValueError, match="rows_per_shard is 0"):
        ParquetShards(tmp_path, 0)


def test_the_report_shows_figures_and_a_sample_in_place(tmp_path):
    sentences = [*some_sentences(150), finished("ADA was here.", ("Ada", "person")), finished("Bad.", reply="no")]
    build = build_corpus(sentences, tmp_path, alignment=AlignmentOptions(ignore_case=True), name="run.sqlite")
    figures = json.loads((tmp_path / "corpus-report.json").read_text(encoding="utf-8"))
    assert figures["yields"]["matches"] == {"exact": 300, "ignoring case": 1}
    assert figures["statistics"]["annotations"] == build.statistics.annotations == 301
    assert figures["options"]["drop_concepts"] == ["concept"]
    assert len(figures["review"]) == 100
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "the reply has no JSON" in page
    assert "of these ignoring case" in page
    assert len(re.findall('<p class="message"', page)) == 100
    assert 'title="a human being">Ada' in page
    assert "<small>person</small>" in page
    assert re.search(r"<p><b>Ada\w*</b>, person: a human being</p>", page)


def test_a_concept_has_one_color_in_all_records(tmp_path):
    build_corpus(
        [
            finished("Ada saw Rome.", ("Ada", "person"), ("Rome", "city")),
            finished("Oslo suits Bo.", ("Oslo", "city"), ("Bo", "person")),
        ],
        tmp_path,
    )
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    marks = re.findall(r'background: (#\w+)"[^>]*>[^<]*<small>([^<]*)<', page)
    assert len(marks) == 4
    assert len(set(marks)) == 2
    assert page.count("data:image/png;base64,") == 1
    assert not re.search(r"(src|href)=\"(?!data:)", page)


@needs_chromium
def test_the_report_is_readable_on_a_telephone(tmp_path):
    build_corpus([*some_sentences(12), finished("Ada-" * 60, ("Ada", "person"))], tmp_path, name="/a/long/folder" * 9)
    with narrow_page(tmp_path / "report.html") as page:
        page.locator("summary").first.click()
        assert page.locator("details p").first.is_visible()


def test_hostile_text_is_shown_as_text(tmp_path):
    sentence = finished(f"It says {HOSTILE} here.", ("alert", HOSTILE, HOSTILE), (HOSTILE, "code"))
    build_corpus([sentence], tmp_path, name=HOSTILE)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "49" not in re.sub(r"base64,\S+", "", page.split("</style>")[1])


def test_rare_concepts_are_those_with_the_fewest_annotations():
    statistics = CorpusStatistics(0, 0, 0, {"a": 5, "b": 2, "c": 2, "d": 1, "e": 1})
    assert rarest_concepts(statistics, 2) == {"d": 1, "e": 1}
    rarest = rarest_concepts(statistics, 3)
    assert list(rarest.values()) == [1, 1, 2]
    assert len(rarest_concepts(statistics, 20)) == 5


@pytest.mark.parametrize(
    ("sentences", "message"),
    [
        ([], "has no finished sentence"),
        ([finished("A b.", reply="no")], "of its 1 sentences 1 have a reply that cannot be read"),
        ([finished("A b.", ("x", "y"))], "1 have no entity that stands in the text"),
        ([finished("A b.", ("A", "concept"))], "1 carry a concept to drop"),
        ([finished("A b.")], "1 have no entity in their reply"),
    ],
)
def test_an_empty_corpus_is_refused_with_its_reason(tmp_path, sentences, message):
    with pytest.raises(CorpusError, match=message):
        build_corpus(sentences, tmp_path / "corpus")
    assert not (tmp_path / "corpus").exists()
