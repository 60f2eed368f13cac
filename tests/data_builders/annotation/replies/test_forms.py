"""Replies as models really give them: each form gives the same entities, in their places."""

from __future__ import annotations

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.annotation.replies.alignment import MOST_SPANS, align
from nuner.data_builders.annotation.replies.parsing import ParsedReply, ReplyError, parse_replies, parse_reply
from nuner.data_builders.raw_entity import EitherWay, RawEntity

SENTENCE = "Grace Hopper flew from Porto to Malmö in June."
PAIRS = [("Grace Hopper", "person"), ("Porto", "city"), ("Malmö", "city"), ("June", "month")]
OBJECTS = [{"text": text, "concept": concept, "description": "d"} for text, concept in PAIRS]
CONTRACT = json.dumps({"entities": OBJECTS}, ensure_ascii=False)
DRAFT = '{"entities": [{"text": "Porto", "concept": "wine"}]}'
LINES = "\n".join(f"{text} <> {concept}" for text, concept in PAIRS)
BY_CONCEPT = {"person": ["Grace Hopper"], "city": ["Porto", "Malmö"], "month": ["June"]}


def found(reply, sentence=SENTENCE, **options):
    """The texts and concepts that a reply gives to its sentence."""
    return [(span["text"], span["concept"]) for span in align(sentence, parse_reply(reply, **options).entities).spans]


def rows(template, pairs=tuple(PAIRS), between="\n"):
    return between.join(template.format(text=text, concept=concept) for text, concept in pairs)


THOUGHTS = [
    ("<think>", "</think>"), ("<thinking>", "</thinking>"), ("<reasoning>", "</reasoning>"), ("[THINK]", "[/THINK]"),
    ("<|thinking|>", "<|/thinking|>"), ("<|begin_of_thought|>", "<|end_of_thought|>"), ("◁think▷", "◁/think▷"),
    ("<|START_THINKING|>", "<|END_THINKING|>"), ("<Thought>", "</Thought>"), ("<think effort='low'>", "</think>"),
    ("<|channel>thought\n", "<channel|>"), ("```thinking\n", "\n```\n"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
]  # fmt: skip


@pytest.mark.parametrize(("opening", "closing"), THOUGHTS)
@pytest.mark.parametrize("answer", [CONTRACT, LINES])
def test_thoughts_are_no_answer(opening, closing, answer):
    assert found(f"{opening}Porto <> wine, perhaps: {DRAFT}{closing}\n{answer}") == PAIRS
    with pytest.raises(ReplyError, match="no more than thoughts"):
        parse_reply(f"{opening}Porto <> wine, perhaps: {DRAFT}")


HEADED = "**Thinking:**\nPorto <> wine\n\n**Answer:**\n" + LINES


@pytest.mark.parametrize("reply", [HEADED, f"<think>Porto <> wine\n<answer>{CONTRACT}</answer>"])
def test_thoughts_end_where_the_answer_is_announced(reply):
    assert found(reply) == PAIRS


@pytest.mark.parametrize("closing", ["</think>", "</reasoning>", "[/THINK]", "<|end_of_thought|>", "◁/think▷"])
def test_thoughts_whose_beginning_is_cut_off_are_no_answer(closing):
    assert found(f"Porto <> wine, perhaps: {DRAFT}{closing}\n{CONTRACT}") == PAIRS


def test_marks_of_thoughts_in_an_answer_are_words_of_the_sentence():
    assert found('{"entities": [{"text": "</think>", "concept": "tag"}]}', "It ends with </think> here.") == [
        ("</think>", "tag")
    ]


@pytest.mark.parametrize(
    "reply",
    [
        f"{DRAFT}\nPorto is no wine here. Corrected:\n{CONTRACT}",
        f"```json\n{DRAFT}\n```\nHm.\n```json\n{CONTRACT}\n```",
        f'[["Porto", "wine"]]\nBetter:\n{json.dumps(PAIRS)}',
        f'{{"wine": ["Porto"]}}\nWait, that is wrong:\n{json.dumps(BY_CONCEPT)}',
        f"Porto <> wine\n\nWait, corrected:\n\n{LINES}",
        "| text | concept |\n|---|---|\n| Porto | wine |\n\nCorrected:\n\n| text | concept |\n|---|---|\n"
        + rows("| {text} | {concept} |"),
        f"{CONTRACT}\nOr better: {DRAFT[:30]}",
        f'{CONTRACT}\nThe format: {{"entities": [{{"text": "...", "concept": "..."}}]}}',
        f"~~Porto <> wine~~\n{LINES}",
        f"{CONTRACT}\nNote: a list [1] of {{4}}, {{'confidence': 0.9}}",
    ],
)
def test_the_last_whole_answer_counts(reply):
    assert found(reply) == PAIRS


def test_a_corrected_answer_may_be_that_there_are_none():
    assert found(f'{DRAFT}\nNo, that is a typo. Final: {{"entities": []}}') == []


NOTHING = [
    "{}", "[]", "null", "None", "none.", "N/A", "[[]]", '{"entities": null}', '{"entities": {}}',
    '{"entities": "none"}',
    '{"result": {"entities": []}}', '{"person": [], "city": null}', "```json\n{}\n```", '""', "<entities></entities>",
    "No entities.", "There are no named entities in this sentence.", "I couldn't find any entities.", "**None**",
    "Es gibt keine Entitäten.", "Aucune entité.", "No hay entidades.", "Nessuna entità trovata.", "Brak encji.",
    "Nenhuma entidade.", "Geen entiteiten.", "Сущностей нет.", "没有实体。", "エンティティはありません。",
    "entities: []", '{"entities": [null]}', '{"entities": ["none"]}',
    '{"entities": [{"text": null, "concept": null}]}',
    '{"message": "No entities found."}', "0", "False", "| Entity | Concept |\n|---|---|", "text,concept",
    "<answer>none</answer>", "<entities>None</entities>", r"\boxed{\text{None}}", "Here is what I found:\n\n(none)",
    "There are none.", "Nothing to mark.", "No named entities, because it is a general statement.", "Rien.", "Nada.",
    "Žádné entity.", "Ei entiteettejä.", "Không có thực thể nào.", "Tidak ada entitas.", "لا توجد كيانات.",
    "कोई इकाई नहीं है।", "沒有實體。", "該当なし", "없습니다.", "Stockholm <> food\n\nNo. Corrected:\nNone",
    f"{DRAFT}\nThat is wrong. Corrected: []",
]  # fmt: skip


@pytest.mark.parametrize("reply", NOTHING)
def test_none_in_all_its_forms_is_a_good_answer(reply):
    assert parse_reply(reply).entities == []


@pytest.mark.parametrize(
    "reply",
    [
        "I can't help with that.", "I'm sorry, but I cannot process this sentence.", "Je ne peux pas vous aider.",
        "I cannot identify entities in this text because it is harmful.", '{"error": "overloaded"}', '{"answer": 42}',
        "<html>Welcome</html>", "Well.", "No sentence was given, so there are no entities.",
        "Please send the sentence.",
        "I have no access to the text, so I can't extract entities.", "The model is overloaded, no entity.",
    ],
)  # fmt: skip
def test_a_refusal_is_none(reply):
    with pytest.raises(ReplyError):
        parse_reply(reply)


SHAPES = {
    "by concept": BY_CONCEPT,
    "entities by concept": {"entities": BY_CONCEPT},
    "by text": dict(PAIRS),
    "objects by text": {text: {"type": concept} for text, concept in PAIRS},
    "objects by concept": {concept: [{"text": text} for text in texts] for concept, texts in BY_CONCEPT.items()},
    "groups": [{"type": concept, "mentions": texts} for concept, texts in BY_CONCEPT.items()],
    "pairs": PAIRS,
    "pairs the other way round": [pair[::-1] for pair in PAIRS],
    "triples": {"entities": [[*pair, "d"] for pair in PAIRS]},
    "small objects": [{text: concept} for text, concept in PAIRS],
    "small objects the other way round": [{concept: text} for text, concept in PAIRS],
    "other names": {"data": {"items": [{"name": text, "label": concept} for text, concept in PAIRS]}},
    "names of a pipeline": [{"word": text, "entity_group": concept, "score": 0.9} for text, concept in PAIRS],
    "names of nobody": [{"quid": text, "genus": concept} for text, concept in PAIRS],
    "numbered": {f"entity_{number}": item for number, item in enumerate(OBJECTS)},
    "groups with descriptions": {c: {"description": "d", "entities": texts} for c, texts in BY_CONCEPT.items()},
    "columns": {"entities": [text for text, _ in PAIRS], "types": [concept for _, concept in PAIRS]},
    "pairs with numbers": [[0, 5, *pair] for pair in PAIRS],
    "lines in a list": [f"{text}: {concept}" for text, concept in PAIRS],
    "keys in Chinese": [{"实体": text, "类型": concept} for text, concept in PAIRS],
    "keys in Japanese": [{"テキスト": text, "種類": concept} for text, concept in PAIRS],
    "keys in Korean": [{"개체": text, "유형": concept} for text, concept in PAIRS],
    "a string": CONTRACT,
    "a tool": {"name": "extract", "arguments": {"entities": OBJECTS}},
    "a tool's string": {"tool_calls": [{"type": "function", "function": {"name": "extract", "arguments": CONTRACT}}]},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_of_json(shape):
    assert found(json.dumps(SHAPES[shape])) == PAIRS
    assert found(f"Sure:\n```json\n{json.dumps(SHAPES[shape], ensure_ascii=False, indent=1)}\n```") == PAIRS


ENVELOPES = {
    "parts": [{"type": "thinking", "thinking": DRAFT}, {"type": "text", "text": CONTRACT}],
    "a message": {"role": "assistant", "content": [{"type": "text", "text": LINES}]},
    "an answer of a server": {"choices": [{"message": {"role": "assistant", "content": CONTRACT}}]},
    "candidates": {"candidates": [{"content": {"parts": [{"text": CONTRACT}]}}]},
}


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_the_words_of_a_message_are_the_reply(envelope):
    assert found(json.dumps(ENVELOPES[envelope])) == PAIRS


BROKEN = {
    "trailing commas": CONTRACT.replace("}]}", "},],}"),
    "missing commas": CONTRACT.replace("}, {", "}\n{"),
    "names of Python": str(OBJECTS).replace("'d'", "None"),
    "tuples": f"entities = {PAIRS}",
    "names without quotes": rows('{{text: "{text}", concept: {concept}}}', between=", ").join(("{entities: [", "]}")),
    "typographic quotes": CONTRACT.replace('"', "\u201d").replace("{\u201d", "{\u201c"),
    "marks of full width": CONTRACT.replace(":", "\uff1a").replace(", ", "\uff0c"),
    "brackets of full width": CONTRACT.translate(str.maketrans('{}[]"', "\uff5b\uff5d\uff3b\uff3d\uff02")),
    "no commas between the parts": CONTRACT.replace('", "', '" "'),
    "calls": rows('add_entity("{text}", "{concept}")'),
    "words without quotes": rows("{text}: {concept}", between=", ").join("{}"),
    "comments": CONTRACT.replace("[", "[ // all of them\n /* yes */", 1),
    "escaped quotes": CONTRACT.replace('"', '\\"'),
    "references of HTML": CONTRACT.replace('"', "&quot;"),
    "one bracket too many": CONTRACT.replace("}, {", "}}, {", 1),
    "no end": CONTRACT[:-2],
    "names twice": '{"person": "Grace Hopper", "city": "Porto", "city": "Malmö", "month": "June"}',
    "no braces": rows('"text": "{text}", "concept": "{concept}"', between=", ").join("{}"),
    "JSON Lines": rows('{{"text": "{text}", "concept": "{concept}"}}'),
    "JSON Lines of pairs": rows('["{text}", "{concept}"]'),
    "halves of characters": CONTRACT.replace('"d"', '"d\\ud83d"').replace('"city"', '"city\\udc00"'),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_json_that_is_not_quite_json(kind):
    assert found(BROKEN[kind]) == PAIRS
    parse_reply(BROKEN[kind]).to_json().encode()


def test_quotes_inside_of_strings():
    reply = '{"entities": [{"text": "the "Bounty", a ship", "concept": "ship"}]}'
    assert found(reply, 'They saw the "Bounty", a ship.') == [('the "Bounty", a ship', "ship")]


@pytest.mark.parametrize(
    ("reply", "whole"),
    [
        (CONTRACT[: CONTRACT.index("Malmö") + 3], 2),
        ('{"person": ["Grace Hopper"], "city": ["Porto", "Mal', 2),
        ('[["Grace Hopper", "person"], ["Porto", "city"], ["Mal', 2),
        ('{"Grace Hopper": "person", "Porto": "city", "Malmö": "ci', 2),
        (BROKEN["JSON Lines"][:-20], 3),
    ],
)
def test_of_a_cut_reply_the_whole_entities_are_kept(reply, whole):
    assert found(reply) == found(reply, truncated=True) == PAIRS[:whole]


WRITTEN = {
    "arrows": rows("- {text} → {concept}"),
    "arrows the other way round": rows("{concept} -> {text}"),
    "colons": rows("{text}: {concept}"),
    "colons in bold": "Here they are:\n\n" + rows("* **{text}**: {concept} - one of many"),
    "brackets": rows("1. {text} ({concept}): something"),
    "references of HTML": rows("{text} &lt;&gt; {concept}"),
    "lists of texts": "**Person:** Grace Hopper\n**City:** Porto, Malmö\n**Month:** June",
    "headings": "### Person\n- Grace Hopper\n\n### City\n- Porto\n- Malmö\n\n### Month\n- June",
    "headings with lines below": "### Person\nGrace Hopper\n\n### City\nPorto\nMalmö\n\n### Month\nJune",
    "headings of texts": rows("### {text}\n{concept}", between="\n\n"),
    "headings without marks": "Person\n- Grace Hopper\n\nCity\n- Porto\n- Malmö\n\nMonth\n- June",
    "lists in a list": "- Person\n  - Grace Hopper\n- City\n  - Porto\n  - Malmö\n- Month\n  - June",
    "lists with sentences in a list": rows("1. **{concept}**\n   - {text}: one of many"),
    "headings with counts": "Person (1):\n- Grace Hopper\nCity (2):\n- Porto\n- Malmö\nMonth (1):\n- June",
    "headings of Japanese": "■person\n・Grace Hopper\n■city\n・Porto\n・Malmö\n■month\n・June",
    "definitions": rows("{text}\n: {concept}", between="\n\n"),
    "definitions further in": rows("{text}\n    {concept}"),
    "sentences": rows("- {text} is a {concept}."),
    "labels of full width": rows("实体\uff1a{text}\n类型\uff1a{concept}", between="\n\n"),
    "brackets before": rows("[{concept}] {text}"),
    "brackets of full width": rows("{text}\uff08{concept}\uff09", between="、"),
    "pictures": rows("👤 {text} — {concept}"),
    "bars": rows("- {text} || {concept}"),
    "arrows in a line": rows("{text} → {concept}", between=", "),
    "items of LaTeX": r"\begin{itemize}" + rows(r"\item \textbf{{{text}}}: {concept}") + r"\end{itemize}",
    "rows of LaTeX": r"\begin{tabular}{ll}" + "\n" + rows(r"{text} & {concept} \\") + "\n" + r"\end{tabular}",
    "arrows of LaTeX": rows(r"$\text{{{text}}} \rightarrow \text{{{concept}}}$"),
    "columns of one width": "Entity          Concept\n" + rows("{text}   {concept}"),
    "YAML in blocks": rows("- text: |\n    {text}\n  concept: >-\n    {concept}"),
    "YAML with comments": rows("- text: {text}  # there\n  concept: {concept}"),
    "definitions of HTML": "<dl>" + rows("<dt>{text}</dt><dd>{concept}</dd>") + "</dl>",
    "definitions of HTML without ends": "<dl>\n" + rows("<dt>{text}\n  <dd>{concept}") + "\n</dl>",
    "definitions of HTML the other way round": "<dl>" + rows("<dt>{concept}</dt>\n<dd>{text}</dd>") + "</dl>",
    "headings of HTML": rows("<h3>{concept}</h3><ul><li>{text}</li></ul>"),
    "parts of HTML": rows('<li><span class="text">{text}</span> <span class="concept">{concept}</span></li>'),
    "marks of HTML": '<mark class="person">Grace Hopper</mark> flew from <mark class="city">Porto</mark> to '
    '<mark class="city">Malmö</mark> in <mark class="month">June</mark>.',
    "elements one after the other": rows("<entity>{text}</entity>\n<concept>{concept}</concept>"),
    "names behind a colon": "<ner:person>Grace Hopper</ner:person>, <ner:city>Porto</ner:city>, "
    "<ner:city>Malmö</ner:city>, "
    "<ner:month>June</ner:month>",
    "brackets as tags": "[person]Grace Hopper[/person] flew from [city]Porto[/city] to [city]Malmö[/city] in "
    "[month]June[/month].",
    "brackets with bars": "[Grace Hopper|person] flew from [Porto|city] to [Malmö|city] in [June|month].",
    "bold in a sentence": "**Grace Hopper** (person) flew from **Porto** (city) to **Malmö** (city) in "
    "**June** (month).",
    "YAML": "entities:\n" + rows('- text: "{text}"\n  concept: {concept}'),
    "YAML by concept": "person:\n  - Grace Hopper\ncity: [Porto, Malmö]\nmonth:\n  - June",
    "YAML by text": rows("{text}:\n  concept: {concept}"),
    "records": rows("**Entity**\n- **Text:** {text}\n- **Type:** {concept}", between="\n\n"),
    "a table": "| # | Entity | Type |\n|:--|---|---|\n" + rows("| 1 | **{text}** | {concept} |"),
    "a table without names": rows("| {text} | {concept} |"),
    "a table by concept": "| Concept | Entities |\n|---|---|\n"
    + rows("| {concept} | {text} |", [("Grace Hopper", "person"), ("Porto, Malmö", "city"), ("June", "month")]),
    "a drawn table": "┌───┬───┐\n│ Text │ Concept │\n├───┼───┤\n" + rows("│ {text} │ {concept} │") + "\n└───┴───┘",
    "CSV": "text,concept,description\n" + rows('"{text}",{concept},"a, b"'),
    "CSV without names": rows("{concept},{text}"),
    "TSV": "```tsv\n" + rows("{text}\t{concept}") + "\n```",
    "attributes": "<entities>" + rows('<entity type="{concept}">{text}</entity>') + "</entities>",
    "elements": rows("<entity><text>{text}</text><concept>{concept}</concept></entity>"),
    "named elements": "<person>Grace Hopper</person> flew from <city>Porto</city> to <city>Malmö</city> "
    "in <month>June</month>.",
    "a table of HTML": "<table><tr><th>Entity</th><th>Type</th></tr>"
    + rows("<tr><td>{text}</td><td>{concept}</td></tr>")
    + "</table>",
    "links": "[Grace Hopper](person) flew from [Porto](city) to [Malmö](city) in [June](month).",
    "a list of HTML": rows("<li>{text}: {concept}</li>"),
}  # fmt: skip


@pytest.mark.parametrize("form", WRITTEN)
def test_answers_that_are_not_json(form):
    assert found(WRITTEN[form]) == PAIRS


MARKED = [
    "**Porto**", "`Porto`", '"Porto"', "\u201cPorto\u201d", "«Porto»", "- Porto", "1. Porto", "Porto,", "Porto.",
    "*Porto*:",
    "【Porto】", "\uff08Porto\uff09", "__Porto__", "→ Porto", "# Porto", "Porto。", "{{Porto}}",
    r"\text{Porto}", r"\(Porto\)",
    "$Porto$", "「Porto」\uff0c", "|Porto|", "@Porto", "👤 Porto",
    "[Porto]", "<b>Porto</b>", "[Porto](city)", "@@Porto##", "Porto (city)", "\u200bPorto", "&quot;Porto&quot;",
    "Porto\\n",
]  # fmt: skip


@pytest.mark.parametrize("text", MARKED)
def test_marks_around_a_text_are_left_out(text):
    reply = json.dumps({"entities": [{"text": text, "concept": "city"}]})
    assert found(reply) == [("Porto", "city")]


@pytest.mark.parametrize("text", [mark for mark in MARKED if "(city)" not in mark and "@@" not in mark])
def test_marks_around_a_concept_are_left_out(text):
    reply = json.dumps({"entities": [{"text": "Porto", "concept": text.replace("Porto", "city")}]})
    assert found(reply) == [("Porto", "city")]


@pytest.mark.parametrize(
    "reply", ["Entity: Porto", "Porto: entity\nMalmö: entity", "<entity>Porto</entity>", '{"entity": "Porto"}']
)
def test_the_name_of_a_part_is_no_concept(reply):
    with pytest.raises(ReplyError):
        parse_reply(reply)


def test_a_number_with_a_colon_may_be_a_text():
    assert found("1911: year\n2024: year", "From 1911 to 2024.") == [("1911", "year"), ("2024", "year")]


@pytest.mark.parametrize(
    "more", ["No other entities.", "There are no further entities.", "The rest has no entities of type country."]
)
def test_what_else_there_is_not_takes_nothing_back(more):
    assert found(rows("**{concept}**: {text}") + f"\n\n{more}") == PAIRS
    assert found(rows("- {text}: {concept}") + f"\n\n{more}") == PAIRS


@pytest.mark.parametrize(
    ("text", "sentence", "span"),
    [
        ("AT&amp;T", "She left AT&T.", "AT&T"),
        ("S\\u00e3o Paulo", "São Paulo grows.", "São Paulo"),
        ("Sa\u0303o Jos\u00e9", "S\u00e3o Jose\u0301 grows.", "S\u00e3o Jose\u0301"),
        ("U.S.", "In the U.S. it rains.", "U.S."),
        ("**bold**", "Write **bold** so.", "**bold**"),
    ],
)
def test_a_text_is_found_as_the_sentence_has_it(text, sentence, span):
    reply = json.dumps({"entities": [{"text": text, "concept": "x"}]})
    assert found(reply, sentence) == [(span, "x")]


def test_what_can_be_meant_either_way_is_decided_for_all_at_once():
    assert found('{"city": "Porto", "person": "Grace"}', "Grace left the city of Porto.") == [
        ("Grace", "person"),
        ("Porto", "city"),
    ]


def test_what_can_be_meant_either_way_is_stored_so():
    parsed = parse_reply('{"Porto": "city"}')
    assert parsed.entities == [EitherWay("Porto", "city")]
    again = parse_reply(parsed.to_json())
    assert [type(entity) for entity in again.entities] == [EitherWay]


def test_several_sentences_in_other_shapes():
    reply = '{"results": [{"id": 1, "entities": {"city": ["Porto"]}}, {"id": 2, "entities": null}]}'
    parsed = parse_replies(f"<think>{{}}</think>{reply}", [1, 2])
    assert {number: one.entities for number, one in parsed.items()} == {1: [("Porto", "city", None)], 2: []}


def test_a_reply_in_a_circle_cannot_take_all_memory():
    text = "a " * 2000
    spans, losses, _ = align(text, [RawEntity("a", f"concept {number}") for number in range(100)])
    assert len(spans) <= MOST_SPANS
    assert losses["too many in one sentence"] > 0


# Time

PIECES = [
    "[", "{", "}", '"', "'", "<", "<a>", "<think>", '{"a":', "[{", '["a","b"],', '{"a":["b"]},', "a <> b\n",
    "- a: b\n",
    "| a | b |\n", "a,b\n", "\\", "\\ud83d", " ", "\n", "&lt;", "**a** ", "```\n", "/*", "# a\n- b\n", "text: a\n",
    'x","',
    "<|channel|>a", "[a](b)", "wait {} ", '{"text": "a", "concept": "b", ', "<a b='c'>", '"a": ["b"], ', "[{]}",
    "#a\n", "[a|b]", "[a]b[/a]", "**a** (b) ", "\\text{", "& a \\\\\n", "<dt>a<dd>b", '("a", ', "a\n: b\n", "  - a\n",
    "</think>", "result: {}", '{"message": "none"}', "~~a", "\uff1a", "{a b c: d}",
]  # fmt: skip


def seconds(reply):
    start = time.thread_time()
    with contextlib.suppress(ReplyError):
        align(SENTENCE, parse_reply(reply).entities)
    return time.thread_time() - start


@pytest.mark.parametrize("beginning", ["", '{"entities": [', "Ada <> person\n"])
@pytest.mark.parametrize("piece", PIECES)
def test_time_is_in_proportion_to_the_reply(piece, beginning):
    # A reply of 64 kB takes 50 ms at most on a machine at rest; tests do not have it for themselves.
    assert seconds(beginning + piece * (65_536 // len(piece))) < 0.5


tokens = st.sampled_from([*PIECES, CONTRACT, DRAFT, LINES, "</think>", "[/THINK]", "\ud83d", "\x00", "é", "…", ", "])


@given(st.lists(tokens | st.text(max_size=5), max_size=12), st.booleans())
def test_no_mixture_crashes_or_gives_a_wrong_place(parts, truncated):
    reply = "".join(parts)
    try:
        parsed = parse_reply(reply, truncated=truncated)
    except ReplyError:
        return
    parsed.to_json().encode()
    assert isinstance(parsed, ParsedReply)
    for span in align(SENTENCE, parsed.entities).spans:
        assert SENTENCE[span["start"] : span["end"]] == span["text"]
