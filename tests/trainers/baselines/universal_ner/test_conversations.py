"""Training conversations: their golden form, as turns, as tokens and as a file."""

import json
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset
from support.tiny_language_model import write_tiny_language_model

from nuner.data_builders.corpus.readers.pile_ner import read_pile_ner
from nuner.data_builders.files.rows import Row
from nuner.data_builders.labelled.conversion import convert_labels
from nuner.data_builders.labelled.load import load_labelled
from nuner.data_builders.rejections import Rejections
from nuner.trainers.baselines.universal_ner.conversations import conversations_of
from nuner.trainers.baselines.universal_ner.features import featurize_conversations
from nuner.trainers.baselines.universal_ner.language_model import load_language_model

ROWS = [
    {"tokens": ["Ada", "met", "Bo", "."], "tags": ["B-person", "O", "B-person", "O"]},
    {"tokens": ["To", "New", "York", "!"], "tags": ["O", "B-big_city", "I-big_city", "O"]},
]
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<|{{ m['role'] }}|>\n{{ m['content'] }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
GOLDEN = [
    "Text: To New York !",
    "I've read this text.",
    "What describes big city in the text?",
    '["New York"]',
    "What describes person in the text?",
    "[]",
]


@pytest.fixture(scope="module")
def train():
    return load_labelled(Dataset.from_list(ROWS), "train")


def tokenizer_of(folder: Path, chat_template: str | None = None):
    return load_language_model(write_tiny_language_model(folder, chat_template=chat_template))[1]


def test_golden_form(train):
    first, second = conversations_of(train)
    assert [turn["content"] for turn in second] == GOLDEN
    assert [turn["role"] for turn in second] == ["user", "assistant"] * 3
    assert [turn["content"] for turn in first][3:] == ["[]", "What describes person in the text?", '["Ada", "Bo"]']


@pytest.mark.parametrize("template", [None, CHAT_TEMPLATE])
def test_the_loss_is_on_answers_alone(train, tmp_path, template):
    tokenizer = tokenizer_of(tmp_path, template)
    rows: Any = featurize_conversations(conversations_of(train), tokenizer, longest=1000)
    end = "<|end|>" if template else "</s>"
    answers = [
        [str(tokenizer.decode(tokens[-size:])).strip() for tokens, size in zip(*row.values(), strict=True)]
        for row in rows
    ]
    assert answers == [[f"[]{end}", f'["Ada", "Bo"]{end}'], [f'["New York"]{end}', f"[]{end}"]]


def test_each_question_is_learnt_as_it_is_asked(train, tmp_path):
    tokenizer = tokenizer_of(tmp_path)
    tokens = featurize_conversations(conversations_of(train), tokenizer, longest=1000)[1]["input_ids"]
    assert [tokenizer.decode(question) for question in tokens] == [
        "<s>A virtual assistant answers questions from a user based on the provided text.\n"
        "USER: Text: To New York !\nASSISTANT: I've read this text.</s>\n"
        f"USER: What describes {name} in the text?\nASSISTANT: {answer}</s>"
        for name, answer in (("big city", '["New York"]'), ("person", "[]"))
    ]


def test_sentences_that_are_too_long_are_left_out(train, tmp_path):
    tokenizer = tokenizer_of(tmp_path)
    conversations = conversations_of(train)
    whole = featurize_conversations(conversations, tokenizer, longest=1000)
    sizes = [max(map(len, tokens)) for tokens in whole["input_ids"]]
    kept = featurize_conversations(conversations, tokenizer, longest=min(sizes))
    assert kept["input_ids"] == [whole[sizes.index(min(sizes))]["input_ids"]]
    with pytest.raises(ValueError, match="more than 100 tokens"):
        featurize_conversations(conversations, tokenizer, longest=100)


def test_files_are_read_as_a_corpus_and_as_labels(tmp_path):
    source, target = tmp_path / "train.jsonl", tmp_path / "conversations.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    done = convert_labels(source, target, target_format="conversations")
    assert (done.texts, done.entities, dict(done.notes)) == (2, 3, {})
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    said = [turn["value"] for turn in lines[1]["conversations"]]
    assert said == [turn.replace("big city", "big_city") for turn in GOLDEN]
    records = list(read_pile_ner([Row("c", 1, line) for line in lines], Rejections()))
    assert [entity["text"] for record in records for entity in record["entities"]] == ["Ada", "Bo", "New York"]
    again = load_labelled(target, "train")
    assert again["tokens"] == [row["tokens"] for row in ROWS]
    names = again.features["ner_tags"].feature.names
    assert [[names[tag] for tag in tags] for tags in again["ner_tags"]] == [row["tags"] for row in ROWS]


def test_what_a_conversation_cannot_say_is_counted(tmp_path):
    source, target = tmp_path / "train.jsonl", tmp_path / "conversations.jsonl"
    texts = [
        {"text": "Rome is not Rome", "entities": [{"start": 0, "end": 4, "label": "city"}]},
        {"text": "Romeward", "entities": [{"start": 0, "end": 4, "label": "city"}]},
    ]
    source.write_text("".join(json.dumps(text) + "\n" for text in texts))
    notes = convert_labels(source, target, target_format="conversations").notes
    assert [*notes.values()] == [1, 1]


BROKEN = [
    ({"conversations": "no"}, "not a list"),
    ({"conversations": [{"from": "human", "value": "Text: Ada"}]}, "incomplete"),
    ({"conversations": [{"from": "gpt", "value": "Text: Ada"}, {"from": "human", "value": "x"}]}, "cannot be read"),
    ({"conversations": [{"from": "human", "value": "Ada"}, {"from": "gpt", "value": "x"}]}, "does not begin"),
]


@pytest.mark.parametrize(("record", "message"), BROKEN)
def test_broken_files_are_named_with_their_line(tmp_path, record, message):
    source = tmp_path / "conversations.jsonl"
    good = {"conversations": [{"from": "human", "value": "Text: Ada"}, {"from": "gpt", "value": "Yes."}]}
    source.write_text(json.dumps(good) + "\n" + json.dumps(record) + "\n")
    with pytest.raises(ValueError, match=f"conversations.jsonl:2.*{message}"):
        convert_labels(source, tmp_path / "out.conll", source_format="conversations")


@pytest.mark.parametrize(
    ("question", "answer", "message"),
    [("Which?", "[]", "is not 'What describes"), ("What describes x in the text?", "none", "not a JSON list")],
)
def test_broken_questions_and_answers(tmp_path, question, answer, message):
    said = ["Text: Ada", "Yes.", question, answer]
    turns = [{"from": ("human", "gpt")[place % 2], "value": value} for place, value in enumerate(said)]
    source = tmp_path / "conversations.jsonl"
    source.write_text(json.dumps({"conversations": turns}) + "\n")
    with pytest.raises(ValueError, match=message):
        convert_labels(source, tmp_path / "out.conll")
