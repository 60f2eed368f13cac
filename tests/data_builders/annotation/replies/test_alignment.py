"""Finding the place of a reply's entities."""

import gzip
import json
from collections import Counter
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.folders import SHARED

from nuner.data_builders.annotation.replies.alignment import AlignmentOptions, align
from nuner.data_builders.annotation.replies.concept_names import clean_concept
from nuner.data_builders.annotation.replies.parsing import ParsedReply, ReplyError, parse_reply
from nuner.data_builders.raw_entity import RawEntity
from nuner.data_builders.schema import validate_record

REPLAY = SHARED / "data" / "annotation"
BROAD = AlignmentOptions(ignore_case=True, normalize=True)


def aligned(text, *pairs, options=None):
    spans, losses, matches = align(text, [RawEntity(*pair) for pair in pairs], options)
    return [(span["text"], span["start"], span["concept"]) for span in spans], dict(losses), dict(matches)


def test_every_occurrence_is_marked_in_the_order_of_the_text():
    found = aligned("The cat met a dog and a cat.", ("dog", "animal"), ("cat", "animal"))
    assert found == ([("cat", 4, "animal"), ("dog", 14, "animal"), ("cat", 24, "animal")], {}, {"exact": 2})


def test_losses_are_counted_by_reason():
    pairs = [
        ("Ada", "person"),
        ("Ada", "Person."),
        ("Ada", "mathematician"),
        ("", "person"),
        ("Ada", " ."),
        ("Ad", "person"),
        ("Bo", "person"),
        ("Ada" * 40, "person"),
        ("Ada", "\ud800"),
        ("Ada", "name", "\udfff"),
    ]
    spans, losses, _ = aligned("Ada was here.", *pairs)
    assert spans == [("Ada", 0, "person"), ("Ada", 0, "mathematician")]
    assert losses == {
        "duplicate": 1,
        "empty": 2,
        "only inside of a word": 1,
        "not found": 1,
        "too long": 1,
        "not valid Unicode": 2,
    }


def test_broader_matches_are_off_by_default_and_counted_apart():
    text = "ADA \u2013 the \u201cfirst\u201d programmer"
    pairs = [("ada", "person"), ('"first"', "order"), ('ada - the "first"', "title"), ("the", "x"), ("grace", "x")]
    assert aligned(text, *pairs)[1:] == ({"not found": 3}, {"exact": 1, "without marks around it": 1})
    spans, losses, matches = aligned(text, *pairs, options=BROAD)
    assert losses == {"not found": 1}
    assert matches == {"ignoring case": 1, "normalized": 1, "ignoring case, normalized": 1, "exact": 1}
    assert ("ADA", 0, "person") in spans
    assert ("ADA \u2013 the \u201cfirst\u201d", 0, "title") in spans


def test_an_exact_match_keeps_a_broader_one_away():
    assert aligned("May may go in May.", ("May", "month"), options=BROAD)[0] == [
        ("May", 0, "month"),
        ("May", 14, "month"),
    ]


def test_the_limit_of_length_can_be_set():
    assert aligned("Ada Lovelace", ("Ada Lovelace", "x"), options=AlignmentOptions(max_characters=11))[1] == {
        "too long": 1
    }
    with pytest.raises(ValueError, match="max_characters is 0"):
        AlignmentOptions(max_characters=0)


@pytest.mark.parametrize(
    ("concept", "name"),
    [
        ("Film  Title", "film title"),
        ("US State.", "US state"),
        ("PERSON", "person"),
        ("MUSICAL GROUP", "musical group"),
        ("3D Printer", "3D printer"),
        ("mRNA Vaccine;", "mRNA vaccine"),
        ('"event"', "event"),
        ("**place**:", "place"),
        ("C++", "c++"),
        ("Région", "région"),
        ("...", ""),
        (" \n", ""),
    ],
)
def test_concepts_have_one_form(concept, name):
    assert clean_concept(concept) == name


@given(st.text())
def test_a_clean_concept_is_clean(concept):
    name = clean_concept(concept)
    assert clean_concept(name) == name
    assert name == " ".join(name.split())


entities = st.lists(st.builds(RawEntity, st.text(max_size=5), st.text(max_size=5), st.none() | st.text(max_size=3)))


@given(st.text(min_size=1).filter(str.strip), entities, st.booleans(), st.booleans(), st.data())
def test_every_span_is_the_text_at_its_offsets(text, given_entities, ignore_case, normalize, data):
    if data.draw(st.booleans()):  # also entities that are there
        start = data.draw(st.integers(0, len(text) - 1))
        piece = text[start : start + data.draw(st.integers(1, 6))]
        given_entities = [*given_entities, RawEntity(piece, "piece"), RawEntity(piece.swapcase(), "Piece")]
    options = AlignmentOptions(ignore_case=ignore_case, normalize=normalize)
    spans, losses, matches = align(text, given_entities, options)
    record = validate_record({"text": text, "entities": spans})
    assert record["entities"] == spans
    assert losses.total() + matches.total() == len(given_entities)


@given(st.text(), st.text('{}[]":, <>textconceptentities\\u\n'))
def test_arbitrary_text_and_reply_never_crash(text, reply):
    try:
        parsed = parse_reply(reply)
    except ReplyError:
        return
    for span in align(text, parsed.entities, BROAD).spans:
        assert text[span["start"] : span["end"]] == span["text"]


def replay(texts_and_replies):
    """Return how many whole entities of the replies stand verbatim in their text, and how many of them come out."""
    verbatim = found = 0
    for text, reply in texts_and_replies:
        for entity in parse_reply(reply).entities:
            spans = align(text, [entity]).spans
            assert all(text[span["start"] : span["end"]] == entity.text for span in spans)
            verbatim += entity.text in text
            found += bool(spans)
    return verbatim, found


@pytest.mark.skipif(not REPLAY.exists(), reason="needs shared/data/annotation beside the checkout")
def test_real_replies_give_nearly_all_of_their_entities():
    texts = {row["id"]: row["text"] for row in map(json.loads, (REPLAY / "sentences.jsonl").open(encoding="utf-8"))}
    rows = list(map(json.loads, (REPLAY / "replies.jsonl").open(encoding="utf-8")))
    forms = Counter(parse_reply(row["reply"]).form for row in rows)
    assert forms == {"json": 287, "fenced": 6, "prose": 3, "repaired": 2, "cut": 2}
    assert sum(len(parse_reply(row["reply"]).entities) for row in rows) == 2107
    verbatim, found = replay((texts[row["id"]], row["reply"]) for row in rows)
    assert verbatim == 2099
    assert found == 2097  # the other two stand only inside of a longer word


def test_replies_made_of_the_bundled_corpus_give_its_entities_back():
    packed = files("nuner.data_builders.data").joinpath("nuner-bundled.jsonl.gz").open("rb")
    with packed, gzip.open(packed) as lines:
        records = [json.loads(line) for line, _ in zip(lines, range(300), strict=False)]
    damage = [
        lambda reply: reply,
        lambda reply: f"Here is the JSON:\n```json\n{reply}\n```",
        lambda reply: reply.replace("}]", "},]"),
        lambda reply: reply[: -len('"}]}')],  # loses the last entity, which is half
    ]
    given_entities = found = 0
    for number, record in enumerate(records):
        entities = [RawEntity(entity["text"], entity["concept"]) for entity in record["entities"]]
        reply = damage[number % len(damage)](ParsedReply(entities, "json").to_json())
        spans = align(record["text"], parse_reply(reply).entities).spans
        kept = record["entities"] if number % len(damage) != 3 else record["entities"][:-1]
        wanted = {(entity["start"], entity["end"], clean_concept(entity["concept"])) for entity in kept}
        given_entities += len(wanted)
        found += len(wanted & {(span["start"], span["end"], span["concept"]) for span in spans})
    assert given_entities > 2000
    assert found == given_entities
