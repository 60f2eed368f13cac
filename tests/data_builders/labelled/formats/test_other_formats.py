"""The files of biomedical text, of libraries and of Kaggle as they really are."""

import json
import sys

import pytest
from support.labelled_readings import reading

from nuner.data_builders.labelled.load import load_labelled

PUBTATOR = """7|t|β effects of aspirin.
7|a|Aspirin eased fever.
7\t13\t20\taspirin\tChemical\tD001
7\t22\t29\tAspirin\tChemical\tD001
7\t36\t41\tfever\tDisease\tD002
7\tCID\tD001\tD002

8|t|Nothing here
8|a|
"""
EFFECTS = (
    "β effects of aspirin. Aspirin eased fever.",
    [(13, 20, "Chemical"), (22, 29, "Chemical"), (36, 41, "Disease")],
)


@pytest.mark.parametrize(
    "content",
    [
        PUBTATOR,
        PUBTATOR.replace("\n", "\r\n"),
        # counted in bytes
        PUBTATOR.replace("\t13\t20", "\t14\t21").replace("\t22\t29", "\t23\t30").replace("\t36\t41", "\t37\t42"),
    ],
)
def test_pubtator(tmp_path, content):
    (tmp_path / "a.txt").write_bytes(content.encode())
    notes = {"relations were left out": 1}
    assert reading(tmp_path / "a.txt") == ("pubtator", [EFFECTS, ("Nothing here", [])], notes, [])


def test_pubtator_that_does_not_fit(tmp_path):
    (tmp_path / "a.txt").write_text(PUBTATOR.replace("\t36\t41", "\t35\t40").replace("8|a|", "8|a|\nsomething else"))
    name, read, _, rejected = reading(tmp_path / "a.txt")
    assert (name, read) == ("pubtator", [])
    assert "a.txt:1: the offsets do not fit the text" in rejected[1]
    assert "a.txt:8: not a PubTator document" in rejected[0]


BIOC = """<?xml version='1.0' encoding='utf-8'?>
<!DOCTYPE collection SYSTEM "BioC.dtd">
<collection><source>x</source><date/><key/>
<document><id>7</id>
<passage><infon key="type">title</infon><offset>0</offset><text>β effects of aspirin.</text>
<annotation id="1"><infon key="identifier">D001</infon><infon key="type">Chemical</infon>
<location offset="13" length="7"/><text>aspirin</text></annotation></passage>
<passage><offset>22</offset><sentence><offset>22</offset><text>Aspirin eased fever.</text>
<annotation id="2"><infon key="type">Chemical</infon>
<location offset="22" length="7"/><text>Aspirin</text></annotation>
<annotation id="3"><infon key="type">Disease</infon><location length="5" offset="36"/><text>fever</text></annotation>
<annotation id="4"><infon key="type">X</infon><location offset="22" length="7"/><location offset="36" length="5"/>
<text>Aspirin fever</text></annotation>
</sentence></passage>
<relation id="R"><infon key="type">CID</infon><node refid="1" role=""/></relation>
</document></collection>"""
BIOC_NOTES = {"spans in several pieces were left out": 1, "relations were left out": 1}


def test_bioc_xml(tmp_path):
    (tmp_path / "a.xml").write_text(BIOC)
    assert reading(tmp_path / "a.xml") == ("bioc", [EFFECTS], BIOC_NOTES, [])
    in_bytes = BIOC
    for characters, count in (('"13"', '"14"'), ('"22"', '"23"'), ('"36"', '"37"'), (">22<", ">23<")):
        in_bytes = in_bytes.replace(characters, count)
    (tmp_path / "a.xml").write_text(in_bytes)
    assert reading(tmp_path / "a.xml") == ("bioc", [EFFECTS], BIOC_NOTES, [])
    (tmp_path / "a.xml").write_text(BIOC[:-20])
    with pytest.raises(ValueError, match=r"a\.xml is not valid XML"):
        reading(tmp_path / "a.xml")


def test_entities_of_xml_do_not_multiply(tmp_path):
    lots = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = BIOC.replace('SYSTEM "BioC.dtd"', f'[<!ENTITY a0 "lol">{lots}]').replace("fever.", "&a11;")
    (tmp_path / "a.xml").write_text(bomb)
    with pytest.raises(ValueError, match="not valid XML"):
        reading(tmp_path / "a.xml")


@pytest.mark.parametrize("wrap", [lambda d: {"documents": [d]}, lambda d: {"PubTator3": [d]}, lambda d: d])
def test_bioc_json(tmp_path, wrap):
    def annotation(start, text, label):
        location = {"offset": start, "length": len(text)}
        return {"infons": {"type": label}, "text": text, "locations": [location]}

    title = {"offset": 0, "text": EFFECTS[0][:21], "annotations": [annotation(13, "aspirin", "Chemical")]}
    abstract = {"offset": 22, "text": EFFECTS[0][22:], "infons": {"type": "abstract"}, "annotations": []}
    abstract["annotations"] = [annotation(22, "Aspirin", "Chemical"), annotation(36, "fever", "Disease")]
    (tmp_path / "a.json").write_text(json.dumps(wrap({"id": "7", "passages": [title, abstract], "relations": []})))
    assert reading(tmp_path / "a.json") == ("bioc-json", [EFFECTS], {}, [])


@pytest.mark.parametrize(
    "content",
    [
        'Sentence #,Word,POS,Tag\nSentence: 1,"Ada,",NNP,B-PER\n,in,IN,O\nSentence: 2,"""",``,O\n',
        ',sentence_idx,word,tag\n0,1.0,"Ada,",B-PER\n1,1.0,in,O\n2,2.0,"""",O\n',
        'sentence_id;words;labels\r\n0;Ada,;B-PER\r\n0;in;O\r\n\r\n1;"""";O\r\n',
    ],
)
def test_csv_with_a_word_a_row(tmp_path, content):
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbf" + content.encode())
    sentences = [(["Ada,", "in"], ["B-PER", "O"]), (['"'], ["O"])]
    assert reading(tmp_path / "a.csv") == ("csv", sentences, {}, [])


def test_a_row_with_other_columns_costs_its_sentence(tmp_path):
    (tmp_path / "a.csv").write_text("Sentence #,Word,Tag\nSentence: 1,Ada,B-PER\n,in\nSentence: 2,Rome,B-LOC\n")
    name, read, _, rejected = reading(tmp_path / "a.csv")
    assert (name, read) == ("csv", [(["Rome"], ["B-LOC"])])
    assert "a.csv:3: not a labelled sentence (2 columns, but most lines have 3" in rejected[0]


def test_gliner_and_its_faults(tmp_path):
    records = [
        {"tokenized_text": ["New", "York", "!"], "ner": [[0, 1, "LOC"], [0, 0, "X"]]},
        {"tokenized_text": ["Rome"], "ner": [[0, 1, "LOC"]]},
        {"tokenized_text": ["Rome"], "ner": []},
    ]
    (tmp_path / "a.json").write_text(json.dumps(records))
    name, read, _, rejected = reading(tmp_path / "a.json")
    assert (name, read) == ("gliner", [("New York !", [(0, 8, "LOC"), (0, 3, "X")]), ("Rome", [])])
    assert "a.json:2" in rejected[0]
    rows = load_labelled(tmp_path / "a.json", on_error="skip")["train"]
    assert rows["tokens"][0] == ["New", "York", "!"]
    assert rows["ner_tags"][0] == [1, 2, 0]


def test_entities_of_words_without_characters_are_refused(tmp_path):
    records = [
        {"tokenized_text": ["", "York"], "ner": [[0, 0, "LOC"]]},
        {"tokenized_text": ["", "York"], "ner": [[1, 1, "LOC"]]},
    ]
    (tmp_path / "a.json").write_text(json.dumps(records))
    _, read, _, rejected = reading(tmp_path / "a.json")
    assert read == [(" York", [(1, 5, "LOC")])]
    assert len(rejected) == 1 and "a.json:1: empty entities (the words of a 'LOC' entity are empty)" in rejected[0]


def test_tagged_tokens_of_spacy(tmp_path):
    tokens = [{"id": 0, "orth": "New", "ner": "B-LOC"}, {"orth": "York", "ner": "L-LOC"}, {"orth": "!", "ner": "-"}]
    document = {
        "id": 0,
        "paragraphs": [{"raw": "New York!", "sentences": [{"tokens": tokens}, {"tokens": tokens[2:]}]}],
    }
    (tmp_path / "a.json").write_text(json.dumps([document]))
    name, read, notes, rejected = reading(tmp_path / "a.json")
    assert (name, read, rejected) == (
        "spacy-json",
        [(["New", "York", "!"], ["B-LOC", "L-LOC", "O"]), (["!"], ["O"])],
        [],
    )
    assert list(notes.values()) == [2]


def test_tagged_tokens_of_spacy_in_another_scheme(tmp_path):
    tokens = [{"orth": "New", "ner": "B-LOC"}, {"orth": "York", "ner": "I-LOC"}, {"orth": "!", "ner": "O"}]
    (tmp_path / "train.json").write_text(json.dumps([{"id": 0, "paragraphs": [{"sentences": [{"tokens": tokens}]}]}]))
    assert load_labelled(tmp_path, "train")["ner_tags"][0] == [1, 2, 0]


def test_documents_of_spacy(tmp_path):
    spacy = pytest.importorskip("spacy")
    document = spacy.blank("en")("Don't go to New  York!")
    document.ents = [document.char_span(12, 21, label="LOC")]
    document.spans["sc"] = [document[:1]]
    bin_of_documents = spacy.tokens.DocBin(docs=[document, spacy.blank("de")("Nichts")], store_user_data=True)
    bin_of_documents.to_disk(tmp_path / "train.spacy")
    read = [("Don't go to New  York!", [(12, 21, "LOC")]), ("Nichts", [])]
    (tmp_path / "a.jsonl").write_text(json.dumps(document.to_json()))
    assert reading(tmp_path / "a.jsonl") == ("spacy-json", read[:1], {}, [])
    assert reading(tmp_path / "train.spacy") == ("spacy", read, {"spans of span groups were left out": 1}, [])
    (tmp_path / "bad.spacy").write_bytes((tmp_path / "train.spacy").read_bytes()[:-9])
    with pytest.raises(ValueError, match=r"bad\.spacy is no \.spacy file, or damaged"):
        reading(tmp_path / "bad.spacy")


def test_without_spacy_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "spacy", None)
    (tmp_path / "train.spacy").write_bytes(b"x")
    with pytest.raises(ValueError, match=r"pip install 'nuner\[spacy\]'"):
        reading(tmp_path / "train.spacy")


@pytest.mark.parametrize(
    "content", ['{"sentence": "Ada"}\n', "[1, 2]", "<html></html>", '{"text": "Ada", "label": ["x"]}']
)
def test_what_is_in_no_format_is_refused(tmp_path, content):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(ValueError, match=r"a\.json is in no known format of labelled data"):
        reading(tmp_path / "a.json")
