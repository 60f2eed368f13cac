"""The files of annotation tools as they really are."""

import json

import pytest
from support.labelled_readings import reading

from nuner.data_builders.labelled.load import load_labelled

ROME = "😀 Ada in Rome"
AS_IT_IS = (ROME, [(2, 5, "PER"), (9, 13, "LOC")])


def region(start, end, label, text=None, **more):
    value = {"start": start, "end": end, "labels": [label] if label else []} | ({"text": text} if text else {})
    return {"type": "labels", "from_name": "ner", "to_name": "body", "value": value, **more}


def task(*regions, data=None, **annotation):
    return {"data": data or {"text": ROME}, "annotations": [{"result": list(regions), **annotation}]}


def read_json(tmp_path, value, name="tasks.json"):
    (tmp_path / name).write_text(json.dumps(value))
    return reading(tmp_path / name)


@pytest.mark.parametrize(
    "regions",
    [
        [region(2, 5, "PER", "Ada"), region(9, 13, "LOC", "Rome")],  # characters
        [region(3, 6, "PER", "Ada"), region(10, 14, "LOC", "Rome")],  # as JavaScript counts
        [region(2, 5, "PER"), region(9, 13, "LOC")],  # without quotes
        [region(3, 6, "PER"), region(10, 14, "LOC")],  # without quotes, as the words tell
    ],
)
def test_label_studio_counts_characters_or_units_of_javascript(tmp_path, regions):
    assert read_json(tmp_path, [task(*regions)]) == ("label-studio", [AS_IT_IS], {}, [])


def test_an_ambiguous_quote_goes_by_the_rest_of_the_file(tmp_path):
    plain = task(region(3, 4, "X", "a"), data={"text": "😀aaaa"})
    javascript = task(region(3, 6, "PER", "Ada"), region(10, 14, "LOC", "Rome"))
    assert read_json(tmp_path, [plain])[1] == [("😀aaaa", [(3, 4, "X")])]
    assert read_json(tmp_path, [plain, javascript])[1] == [("😀aaaa", [(2, 3, "X")]), AS_IT_IS]


def test_label_studio_tasks_of_all_kinds(tmp_path):
    good = region(0, 4, "LOC", "Rome")
    rome = {"text": "Rome"}
    tasks = [
        task(good, data={"id": "7", "body": "Rome", "title": "A title which is longer"}),  # named by its object
        task(good | {"to_name": "other"}, data={"title": "No", "article": "Rome"}),  # told by the quote
        task(good, data={"title": "Roma", "body": "Rome"}),
        task(data=rome),  # looked at, and nothing found
        {"data": rome, "annotations": [{"was_cancelled": True, "result": [good]}]},
        {"data": rome, "annotations": [], "predictions": [{"result": [good]}]},
        {"data": rome, "completions": [{"result": [good]}]},  # before 1.0
        {"data": rome, "annotations": [{"result": []}, {"result": [good], "ground_truth": True}]},
        task(good, region(0, 2, None), {"type": "choices", "value": {"choices": ["news"]}}, data=rome),
        task(region(2, 2, "LOC"), data=rome),
        task(region(0, 4, "LOC", "Roma"), data=rome),
        task({"type": "hypertextlabels", "value": {"start": "/p[1]", "hypertextlabels": ["LOC"]}}, data=rome),
        task(region(0, 99, "LOC"), data=rome),
    ]
    name, read, notes, rejected = read_json(tmp_path, tasks)
    found = ("Rome", [(0, 4, "LOC")])
    assert (name, read) == ("label-studio", [found, found, found, ("Rome", []), found, found, found, ("Rome", [])])
    assert notes == {
        "annotations that were cancelled were left out": 1,
        "tasks without an annotation were left out": 2,
        "further annotations of the same task were left out": 1,
        "regions without a label were left out": 1,
        "results of type 'choices' were left out": 1,
        "entities without a character were left out": 1,
    }
    assert [item.split(":", 1)[1] for item in sorted(rejected)] == [
        "11: the offsets do not fit the text (the 'LOC' entity says 'Roma', but 0-4 is 'Rome')",
        "12: not a labelled record (its regions are on HTML, whose characters the offsets do not count; "
        "label it as Text)",
        "13: the offsets do not fit the text (the 'LOC' entity at 0-99 is outside the text (4 characters))",
    ]


def test_label_studio_json_min(tmp_path):
    regions = [region(3, 6, "PER", "Ada")["value"], region(10, 14, "LOC", "Rome")["value"]]
    meta = {"annotator": 1, "annotation_id": 4, "created_at": "2024-01-01T00:00:00Z", "lead_time": 2.5}
    tasks = [{"sentence": ROME, "id": 1, "ner": regions, **meta}, {"sentence": "Nothing here", "id": 2, **meta}]
    assert read_json(tmp_path, tasks) == ("label-studio-min", [AS_IT_IS, ("Nothing here", [])], {}, [])


def test_line_breaks_in_quotes(tmp_path):
    text = "New\nYork"
    tasks = [
        task(region(0, 8, "LOC", quote), data={"text": text}) for quote in ("New\nYork", "New\\nYork", "New York")
    ]
    assert read_json(tmp_path, tasks)[1:] == ([(text, [(0, 8, "LOC")])] * 3, {}, [])


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ({"text": ROME, "label": [[2, 5, "PER"], [9, 13, "LOC"]]}, "doccano"),
        ({"id": 1, "data": ROME, "labels": [[2, 5, "PER"], [9, 13, "LOC"]], "meta": {}}, "doccano"),
        (
            {
                "text": ROME,
                "entities": [
                    {"id": 1, "start_offset": 2, "end_offset": 5, "label": "PER"},
                    {"id": 2, "start_offset": 9, "end_offset": 13, "label": "LOC"},
                ],
                "relations": [{"from_id": 1, "to_id": 2, "type": "in"}],
            },
            "doccano-relation",
        ),
        (
            {
                "text": ROME,
                "spans": [{"start": 2, "end": 5, "label": "PER"}, {"start": 9, "end": 13, "label": "LOC"}],
                "meta": {"source": "x"},
            },
            "prodigy",
        ),
        (
            {
                "text": ROME,
                "tokens": [{"text": "Ada", "start": 3, "end": 6, "id": 1}],
                "spans": [{"start": 3, "end": 6, "label": "PER"}, {"start": 10, "end": 14, "label": "LOC"}],
                "answer": "accept",
            },
            "prodigy",  # a stream that JavaScript made; the token proves it
        ),
        ([ROME, {"entities": [[2, 5, "PER"], [9, 13, "LOC"]]}], "spacy-json"),
    ],
)
def test_records_alone_in_lines_and_in_arrays(tmp_path, record, name):
    assert read_json(tmp_path, record, "a.jsonl")[:2] == (name, [AS_IT_IS])
    assert read_json(tmp_path, [record, record], "a.json")[:2] == (name, [AS_IT_IS] * 2)
    (tmp_path / "b.jsonl").write_text("\r\n".join([json.dumps(record)] * 2), encoding="utf-8-sig")
    assert reading(tmp_path / "b.jsonl")[:2] == (name, [AS_IT_IS] * 2)
    (tmp_path / "pretty.json").write_text(json.dumps([record], indent=2))
    assert reading(tmp_path / "pretty.json")[:2] == (name, [AS_IT_IS])


def test_prodigy_labels_of_texts_are_no_entities(tmp_path):
    (tmp_path / "train.jsonl").write_text('{"text": "Fine!", "label": "GOOD", "answer": "accept", "_task_hash": 1}\n')
    with pytest.raises(ValueError, match="no known format of labelled data .its records have 'text', 'label'"):
        reading(tmp_path / "train.jsonl")


def test_prodigy_answers(tmp_path):
    span = {"start": 0, "end": 4, "label": "LOC"}
    records = [
        {"text": "Rome", "spans": [span], "answer": answer, "_task_hash": 1}
        for answer in ("accept", "reject", "ignore")
    ]
    records.append({"text": "Nothing", "answer": "accept", "_task_hash": 2})
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, records)))
    name, read, notes, rejected = reading(tmp_path / "a.jsonl")
    assert (name, read, rejected) == ("prodigy", [("Rome", [(0, 4, "LOC")]), ("Nothing", [])], [])
    assert list(notes.values()) == [1, 1]


def test_ner_annotator_passes_over_texts_that_were_not_annotated(tmp_path):
    content = {"classes": ["PER", "LOC"], "annotations": [None, [ROME, {"entities": [[2, 5, "PER"], [9, 13, "LOC"]]}]]}
    assert read_json(tmp_path, content) == ("ner-annotator", [AS_IT_IS], {}, [])


def test_brat_with_all_its_lines(tmp_path):
    (tmp_path / "a.txt").write_bytes(f"{ROME}\r\nand New\r\nYork\r\n".encode())
    (tmp_path / "a.ann").write_text(
        "T1\tPER 2 5\tAda\nT2\tLOC 9 13\tRome\nT3\tLOC 19 28\tNew  York\nT4\tX 2 5;9 13\tAda Rome\n"
        "R1\tIn Arg1:T1 Arg2:T2\t\nE1\tGo:T1\nA1\tSure T1\n#1\tAnnotatorNotes T1\tsure\n"
        "N1\tReference T1 W:1\tAda\n*\tEquiv T1 T2\n"
    )
    name, [(text, entities)], notes, rejected = reading(tmp_path / "a.ann")
    assert (name, text[19:28], entities, rejected) == (
        "brat", "New\r\nYork", [(2, 5, "PER"), (9, 13, "LOC"), (19, 28, "LOC")], []
    )  # fmt: skip
    assert notes == {
        "spans in several pieces were left out": 1,
        "relations were left out": 2,
        "events were left out": 1,
        "attributes were left out": 1,
        "notes were left out": 1,
        "normalizations were left out": 1,
    }
    # Lines are sentences, but none ends inside an entity.
    assert load_labelled(tmp_path / "a.txt")["train"]["tokens"] == [
        ["😀", "Ada", "in", "Rome"],
        ["and", "New", "York"],
    ]


def test_a_folder_of_brat_files_in_the_order_of_their_numbers(tmp_path):
    for number in (10, 9):
        (tmp_path / f"{number}.txt").write_text(f"Text {number}")
        (tmp_path / f"{number}.ann").write_text("T1\tNUM 5 6\tX" if number == 9 else "")
    name, read, _, rejected = reading(tmp_path)
    assert (name, read) == ("brat", [("Text 10", [])])
    assert "9.txt:1: the offsets do not fit the text" in rejected[0]


_WEBANNO = """#FORMAT=WebAnno TSV 3.2
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value
#T_RL=webanno.custom.Relation|kind|BT_de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity


#Text=😀 Ada in Rome
1-1\t0-2\t😀\tSYM\t_\t_\t_\t_\t
1-2\t3-6\tAda\tNNP\t*\tPER\t_\t_\t
1-3\t7-9\tin\tIN\t_\t_\t_\t_\t
1-4\t10-14\tRome\tNNP\t*\tLOC\tin\t1-2\t

#Text=Bank of
#Text=New\\tYork, NYC
2-1\t16-20\tBank\tNNP\t*[1]\tORG[1]\t_\t_\t
2-2\t21-23\tof\tIN\t*[1]\tORG[1]\t_\t_\t
2-3\t24-27\tNew\tNNP\t*[1]|*[2]\tORG[1]|LOC\\_X[2]\t_\t_\t
2-4\t28-32\tYork\tNNP\t*[1]|*[2]\tORG[1]|LOC\\_X[2]\t_\t_\t
2-5\t32-33\t,\t,\t_\t_\t_\t_\t
2-6\t34-37\tNYC\tNNP\t*\t*\t_\t_\t
2-6.1\t34-36\tNY\t_\t*\tLOC\t_\t_\t
"""


def test_webanno_with_layers_stacks_and_parts_of_tokens(tmp_path):
    (tmp_path / "a.tsv").write_text(_WEBANNO)
    second = ("Bank of\nNew\tYork, NYC", [(0, 16, "ORG"), (8, 16, "LOC_X"), (18, 20, "LOC")])
    notes = {"annotations without a type were left out": 1}
    assert reading(tmp_path / "a.tsv") == ("webanno", [AS_IT_IS, second], notes, [])
    (tmp_path / "windows.tsv").write_bytes(_WEBANNO.replace("\n", "\r\n").encode())
    assert reading(tmp_path / "windows.tsv")[1] == [AS_IT_IS, second]


def test_webanno_layers_of_ones_own(tmp_path):
    own = _WEBANNO.replace("de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity", "webanno.custom.Drug")
    (tmp_path / "a.tsv").write_text(own)
    assert reading(tmp_path / "a.tsv")[1][0] == AS_IT_IS
    (tmp_path / "a.tsv").write_text(own.replace("#T_RL=webanno.custom.Relation", "#T_SP=webanno.custom.Dose"))
    with pytest.raises(ValueError, match=r"span layers .*Drug, webanno.custom.Dose.* do not tell"):
        reading(tmp_path / "a.tsv")


def test_webanno_offsets_that_do_not_fit_are_refused(tmp_path):
    (tmp_path / "a.tsv").write_text(_WEBANNO.replace("1-4\t10-14", "1-4\t11-15"))
    _, read, _, rejected = reading(tmp_path / "a.tsv")
    assert (len(read), len(rejected)) == (1, 1)
