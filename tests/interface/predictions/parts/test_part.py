"""One file becomes one part; what an output allows."""

import gzip
import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.tiny_recognizer import save_tiny_recognizer

from nuner import EntityRecognizer
from nuner.predictions.parts.input import input_files
from nuner.predictions.parts.locations import Location
from nuner.predictions.parts.output import PartsOutput, fingerprint
from nuner.predictions.parts.part import PartMaker, PartsJob

TEXTS = ["Ada lives in paris.", "", "acme paid london on monday", "x" * 300]


@pytest.fixture(scope="module")
def recognizer(tiny_bert_dir, tmp_path_factory):
    return save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("recognizer"))


@pytest.fixture
def maker(recognizer, tmp_path):
    def make(**options):
        return PartMaker(PartsJob(str(recognizer), {}, **{"output": Location(str(tmp_path / "found")), **options}))

    return make


def write(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def parts(folder):
    return [json.loads(line) for line in folder.read_text(encoding="utf-8").splitlines()]


def test_a_part_holds_what_the_recognizer_finds(maker, recognizer, tmp_path):
    write(tmp_path / "texts/a.jsonl", [json.dumps({"id": n, "text": text}) for n, text in enumerate(TEXTS)])
    (file,) = input_files(str(tmp_path / "texts/*"), "jsonl")
    counts = maker(rows_at_once=3)(file)
    found = EntityRecognizer.from_pretrained(recognizer)(TEXTS)
    assert any(found)
    assert parts(tmp_path / "found/a.jsonl") == [
        {"id": n, "text": text, "entities": entities}
        for n, (text, entities) in enumerate(zip(TEXTS, found, strict=True))
    ]
    assert (counts.texts, counts.empty, counts.entities, counts.left_out) == (4, 1, sum(map(len, found)), 0)


def test_bad_records_stand_aside_with_their_reasons(maker, tmp_path):
    lines = ['{"text": "paris"}', "{", '{"text": 5}', '{"body": "x"}', "[1]", '{"text": null}', '{"text": "london"}']
    write(tmp_path / "texts/a.jsonl", lines)
    (file,) = input_files(str(tmp_path / "texts/a.jsonl"), "jsonl")
    counts = maker()(file)
    assert [row["text"] for row in parts(tmp_path / "found/a.jsonl")] == ["paris", None, "london"]
    assert (counts.texts, counts.left_out) == (3, 4)
    aside = parts(tmp_path / "found/_nuner/left_out/a.jsonl.jsonl")
    assert [(row["file"], row["line"]) for row in aside] == [("a.jsonl", line) for line in (2, 3, 4, 5)]
    assert [row["reason"] for row in aside] == [
        "the line is not valid JSON",
        "the field 'text' is no string",
        "has no field 'text'",
        "is no JSON object but a list",
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.parquet", b"PAR1 and no more", "a.parquet is no Parquet file"),
        ("a.parquet", b"", "a.parquet is no Parquet file"),
        ("a.jsonl.gz", gzip.compress(b'{"text": "paris"}\n' * 10_000)[:60], "a.jsonl.gz"),
        ("a.csv", b"id,body\n1,paris\n", "a.csv has no field 'text', only id, body"),
        ("a.jsonl", b'{"body": "paris"}\n', "no record of a.jsonl can be used; the first: a.jsonl:1: has no field"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_leaves_nothing(maker, tmp_path, name, content, said):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / name).write_bytes(content)
    (file,) = input_files(str(tmp_path / "texts"), "jsonl")
    with pytest.raises(ValueError) as refused:
        maker()(file)
    assert said in str(refused.value)
    assert not list((tmp_path / "found").rglob("*.jsonl"))


def test_parquet_keeps_its_types(maker, tmp_path):
    (tmp_path / "texts").mkdir()
    table = pa.table({"text": TEXTS, "id": pa.array(range(4), pa.int16())})
    pq.write_table(table, tmp_path / "texts/a.parquet")
    (file,) = input_files(str(tmp_path / "texts/*.parquet"), "parquet")
    maker(part_format="parquet", rows_at_once=3)(file)
    part = pq.read_table(tmp_path / "found/a.parquet")
    assert part.select(["text", "id"]) == table
    assert pq.read_table(tmp_path / "found") == part  # what begins with _ is no data


@pytest.mark.parametrize(("tool", "ending"), [("prodigy", "jsonl"), ("label-studio", "json")])
def test_parts_for_annotation_tools(maker, tmp_path, tool, ending):
    write(tmp_path / "texts/a.txt", ["paris", "london"])
    (file,) = input_files(str(tmp_path / "texts"), ending)
    maker(part_format=ending, tool=tool)(file)
    text = (tmp_path / f"found/a.{ending}").read_text()
    tasks = json.loads(text) if ending == "json" else [json.loads(line) for line in text.splitlines()]
    assert [task.get("text") or task["data"]["text"] for task in tasks] == ["paris", "london"]


def test_the_files_of_an_input(tmp_path):
    for name in ("b.jsonl", "a.jsonl.gz", "deep/c.txt", "_nuner/x.jsonl"):
        write(tmp_path / name, ["x" * len(name)])
    assert [file.part for file in input_files(str(tmp_path / "**/*"), "parquet")] == [
        "a.parquet",
        "deep/c.parquet",
        "b.parquet",
    ]
    write(tmp_path / "a.jsonl", ["x"])
    with pytest.raises(ValueError, match=r"a\.jsonl and a\.jsonl\.gz would both become a\.jsonl"):
        input_files(str(tmp_path), "jsonl")
    write(tmp_path / "a.pdf", ["x"])
    with pytest.raises(ValueError, match=r"the ending of a\.pdf tells no format"):
        input_files(str(tmp_path / "*.pdf"), "jsonl")
    with pytest.raises(FileNotFoundError):
        input_files(str(tmp_path / "*.none"), "jsonl")


def test_an_output_goes_on_with_its_own_run_only(maker, tmp_path):
    output = PartsOutput(Location(str(tmp_path / "found")))
    assert output.begin({"input": "a", "column": "text"}) == {}
    assert output.begin({"input": "a", "column": "text"}) == {}
    write(tmp_path / "texts/a.txt", ["paris"])
    (file,) = input_files(str(tmp_path / "texts"), "jsonl")
    counts = maker()(file)
    assert output.begin({"input": "a", "column": "text"}) == {"a.jsonl": counts}
    with pytest.raises(ValueError, match=r"holds parts of a run with another column, input: .*--restart"):
        output.begin({"input": "b", "column": "body"})
    assert output.begin({"input": "b"}, restart=True) == {}
    assert not (tmp_path / "found/a.jsonl").exists()
    write(tmp_path / "other/notes.txt", ["mine"])
    for restart in (False, True):
        with pytest.raises(ValueError, match="holds files that are no parts"):
            PartsOutput(Location(str(tmp_path / "other"))).begin({}, restart)
    assert (tmp_path / "other/notes.txt").read_text() == "mine\n"


def test_a_recognizer_is_known_by_its_content(tmp_path):
    for name, content in (("a", "x"), ("b", "x"), ("c", "y")):
        write(tmp_path / name / "config.json", [content])
    a, b, c = (fingerprint(str(tmp_path / name)) for name in "abc")
    assert a == b != c
    assert fingerprint("user/recognizer") == "user/recognizer"


@pytest.mark.parametrize(
    "name",
    [
        "日本語のとても長い名前のファイルです第一号二号三号四号五号.jsonl",
        "Ключевые слова и другие очень длинные имена файлов из архива.jsonl",
        f"{'a' * 120}/{'b' * 120}.jsonl",
        "é %2F [1]*.jsonl",
        os.fsdecode(b"\xff\xfe.jsonl"),
    ],
)
def test_names_of_any_characters_and_length(maker, tmp_path, name):
    write(tmp_path / "te[x]ts" / name, ['{"text": "paris"}', '{"body": 1}'])
    files = input_files(str(tmp_path / "te[x]ts" / name), "jsonl")
    files += input_files(str(tmp_path / "te[x]ts" / name).rpartition("/")[0], "jsonl")
    files += input_files(f"{tmp_path}/**/*.jsonl", "jsonl")
    output = PartsOutput(Location(str(tmp_path / "fo[u]nd")))
    output.begin({})
    for file in files:
        assert output.begun(file.part, "run") >= 1
        counts = maker(output=output.folder)(file)
        assert output.begin({})[file.part] == counts
        assert len(parts(tmp_path / "fo[u]nd" / file.part)) == 1
        assert b"no field" in output.left_out(file.part).read()
    assert len(files) == 3


def test_the_current_folder_may_look_like_a_pattern(tmp_path, monkeypatch):
    write(tmp_path / "[1]/texts/a.jsonl", ["x"])
    monkeypatch.chdir(tmp_path / "[1]")
    assert [file.name for file in input_files("texts/*.jsonl", "jsonl")] == ["a.jsonl"]
    assert [file.name for file in input_files("**/*.jsonl", "jsonl")] == ["texts/a.jsonl"]


def test_what_is_passed_over_can_be_named(tmp_path):
    for name in ("_a.jsonl", ".b.jsonl", "c.jsonl", "_nuner/d.jsonl"):
        write(tmp_path / name, ["x"])
    named = {"": ["c.jsonl"], "*": ["c.jsonl"], "_a.jsonl": ["_a.jsonl"], "_*": ["_a.jsonl"], ".b*": [".b.jsonl"]}
    for pattern, names in named.items():
        assert [file.name for file in input_files(f"{tmp_path}/{pattern}", "jsonl")] == names


def test_parts_are_no_input(maker, tmp_path):
    write(tmp_path / "texts/a.jsonl", ['{"text": "paris"}'])
    output = Location(str(tmp_path / "texts/found"))
    pattern = f"{tmp_path}/texts/**/*.jsonl"
    (file,) = input_files(pattern, "jsonl", output=output)
    maker(output=output)(file)
    assert input_files(pattern, "jsonl", output=output) == [file]
    with pytest.raises(FileExistsError, match="texts holds all that is read: choose another output"):
        input_files(pattern, "jsonl", output=Location(str(tmp_path / "texts")))


def test_a_run_without_parts_can_be_begun_differently(maker, tmp_path):
    output = PartsOutput(Location(str(tmp_path / "found")))
    output.begin({"column": "text"})
    assert output.begin({"column": "body"}) == {}
    # Killed between a part and its note.
    write(tmp_path / "found/deep/a.jsonl", ["{}"])
    output.begun("deep/a.jsonl", "run")
    assert output.begin({"column": "text"}) == {}
    assert not (tmp_path / "found/deep").exists()


def test_nested_parts_are_thrown_away_with_their_folders(maker, tmp_path):
    write(tmp_path / "texts/a/b/c.jsonl", ['{"text": "paris"}'])
    (file,) = input_files(f"{tmp_path}/texts/**/*", "jsonl")
    output = PartsOutput(Location(str(tmp_path / "found")))
    output.begin({})
    maker()(file)
    write(tmp_path / "found/a/mine.txt", ["mine"])
    with pytest.raises(ValueError, match="holds files that are no parts"):
        output.begin({}, restart=True)
    assert [path.name for path in (tmp_path / "found").rglob("*")] == ["a", "mine.txt"]
    (tmp_path / "found/a/mine.txt").unlink()
    (tmp_path / "found/a").rmdir()
    output.begin({})
    maker()(file)
    assert output.begin({}, restart=True) == {}


def test_notes_of_something_else(tmp_path):
    write(tmp_path / "found/_nuner/run.json", ["{"])
    with pytest.raises(ValueError, match=r"run\.json is no note of such a run: choose another output"):
        PartsOutput(Location(str(tmp_path / "found"))).begin({})


@pytest.mark.parametrize("name", ["a.jsonl", "a.txt", "a.csv", "a.tsv", "a.jsonl.gz", "a.parquet"])
def test_a_file_of_no_records_becomes_a_part_of_none(maker, tmp_path, name):
    path = write(tmp_path / "texts" / name, [])
    if name == "a.parquet":
        pq.write_table(pa.table({"text": pa.array([], pa.string()), "id": pa.array([], pa.int16())}), path)
    (file,) = input_files(str(tmp_path / "texts"), "parquet")
    assert maker(part_format="parquet")(file).texts == 0
    part = pq.read_table(tmp_path / "found/a.parquet")
    assert part.column_names == ["text", "id", "entities"] if name == "a.parquet" else ["entities"]
    assert len(part) == 0
