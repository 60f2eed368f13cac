"""A server that answers from gold labels with injected mistakes gives exactly the F1 that the mistakes imply."""

import json
import random
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from datasets import Dataset

from nuner.data_builders.annotation.llm.client import LLMClient
from nuner.data_builders.annotation.llm.cost import Prices
from nuner.data_builders.annotation.llm.waiting import Backoff
from nuner.data_builders.annotation.runs.run import AnnotationStopped
from nuner.data_builders.labelled.label_schemes import read_spans
from nuner.data_builders.labelled.load import entity_types, load_labelled
from nuner.data_builders.type_conversation import QUESTION
from nuner.trainers.baselines.universal_ner.run import ask_universal_ner
from nuner.trainers.evaluation.entity_scores import entity_scores

QUICK = {"concurrency": 8, "max_attempts": 2, "backoff": Backoff(0.0, 0.0), "prices": Prices(1.0, 2.0)}
BABBLE = ["I'd rather talk about the weather.", "I can't help with that.", "42", '{"answer": 42}']
TYPES = ["city", "drug", "person"]


class AnsweringServer:
    """Answers questions about texts from a table: (text, type) -> what the model writes."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], str] = {}
        self.asked: Counter[tuple[str, str]] = Counter()
        self.bodies: list[dict] = []
        self.broken_after: int | None = None
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                status, answer = server.answer(body)
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.client = LLMClient("gold", f"http://127.0.0.1:{self.http.server_port}/v1", temperature=0, max_tokens=64)

    def answer(self, body: dict) -> tuple[int, dict]:
        self.bodies.append(body)
        said = [message["content"] for message in body["messages"]]
        question = QUESTION.fullmatch(said[2])
        reply = "[]"
        if question is not None:  # and not the request that looks whether the server is there
            asked = (said[0].removeprefix("Text: "), question["type"])
            self.asked[asked] += 1
            if self.broken_after is not None and sum(self.asked.values()) > self.broken_after:
                return 401, {"error": {"message": "no more"}}
            reply = self.answers.get(asked, "[]")
        usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": reply}}
        return 200, {"choices": [choice], "usage": usage}


@pytest.fixture
def server():
    answering = AnsweringServer()
    yield answering
    answering.http.shutdown()
    answering.http.server_close()


def gold_data(sentences: int) -> Dataset:
    """Sentences in which no word comes twice, with entities of one to three words."""
    draw = random.Random(0)
    rows = []
    for number in range(sentences):
        tokens, tags = [], []
        for place in range(draw.randint(1, 4)):
            tokens += [f"w{number}-{place}-{i}" for i in range(2)]
            tags += ["O", "O"]
            size, kind = draw.randint(1, 3), draw.choice(TYPES)
            tokens += [f"e{number}-{place}-{i}" for i in range(size)]
            tags += [f"B-{kind}"] + [f"I-{kind}"] * (size - 1)
        rows.append({"tokens": [*tokens, f"end{number}"], "tags": [*tags, "O"]})
    return load_labelled(Dataset.from_list(rows), "train")


def tags_of(data: Dataset) -> list[list[str]]:
    names = data.features["ner_tags"].feature.names
    return [[names[tag] for tag in tags] for tags in data["ner_tags"]]


def inject(data: Dataset, answers: dict[tuple[str, str], str]) -> tuple[int, int]:
    """Fill in answers with mistakes; return how many entities are found rightly, and how many are found in all."""
    draw = random.Random(1)
    right = found = 0
    for tokens, tags in zip(data["tokens"], tags_of(data), strict=True):
        said: dict[str, list[tuple[str, bool]]] = {name: [] for name in entity_types(data)}
        for start, end, label in read_spans(tags):
            text, chance = " ".join(tokens[start:end]), draw.random()
            if chance < 0.10:
                continue
            if chance < 0.15:
                said[draw.choice([name for name in TYPES if name != label])].append((text, False))
            elif chance < 0.20:
                said[label].append((" ".join(tokens[start : end + 1]), False))
            else:
                said[label].append((text, True))
        for name, mentions in said.items():
            if draw.random() < 0.02:
                babble = draw.choice(
                    ["I'd rather talk about the weather.", "I can't help with that.", "42", '{"answer": 42}']
                )
                answers[" ".join(tokens), name] = babble
                continue
            answers[" ".join(tokens), name] = json.dumps([text for text, _ in mentions])
            found += len(mentions)
            right += sum(is_right for _, is_right in mentions)
    return right, found


def test_mistakes_give_the_f1_that_they_imply(server, tmp_path):
    data = gold_data(400)
    right, found = inject(data, server.answers)
    result = ask_universal_ner(
        data, data, client=server.client, store=tmp_path / "a.sqlite", tell=lambda line: None, **QUICK
    )
    gold = tags_of(data)
    entities = sum(len(read_spans(tags)) for tags in gold)
    assert 0.75 < right / entities < 0.85
    assert entity_scores(gold, result.tags)["f1"] == pytest.approx(2 * right / (found + entities), abs=1e-12)
    assert result.details["questions"] == 1200
    babble = [answer for answer in server.answers.values() if not answer.startswith("[")]
    assert result.details["unanswered"] == {"the answer is no list": len(babble)}
    assert result.details["lost"] == {}
    # A probe, a request a question, and one more for each answer that could not be read.
    requests = 1 + 1200 + len(babble)
    assert result.dollars == pytest.approx(requests * (10 * 1.0 + 5 * 2.0) / 1e6)
    assert result.parameters is None


def test_what_is_sent(server):
    data = load_labelled(Dataset.from_list([{"tokens": ["in", "Rome"], "tags": ["O", "B-big_city"]}]), "train")
    ask_universal_ner(data, data, client=server.client, tell=lambda line: None, **QUICK)
    body = server.bodies[-1]
    assert body["messages"] == [
        {"role": "user", "content": "Text: in Rome"},
        {"role": "assistant", "content": "I've read this text."},
        {"role": "user", "content": "What describes big city in the text?"},
    ]
    assert "response_format" not in body
    assert (body["temperature"], body["max_completion_tokens"]) == (0, 64)


def test_a_run_goes_on_where_it_was(server, tmp_path):
    data = gold_data(20)
    inject(data, server.answers)
    server.broken_after = 25
    arguments = {"client": server.client, "store": tmp_path / "a.sqlite", **QUICK, "concurrency": 1, "prices": None}
    with pytest.raises(AnnotationStopped, match="are left"):
        ask_universal_ner(data, data, tell=lambda line: None, **arguments)
    server.broken_after = None
    result = ask_universal_ner(data, data, tell=lambda line: None, **arguments)
    whole = ask_universal_ner(data, data, client=server.client, tell=lambda line: None, **QUICK)
    assert result.tags == whole.tags
    assert result.dollars is None
    again = ask_universal_ner(data, data, tell=lambda line: None, **arguments)
    assert again.seconds_to_find == result.seconds_to_find > 0
    answered_once = [key for key, answer in server.answers.items() if answer.startswith("[")]
    assert sum(server.asked[key] == 2 for key in answered_once) >= 25  # once in each of the two runs


HOSTILE = {
    "fences": '```json\n["Rome"]\n```',
    "other quotes": "[„Rome“]",
    "prose": 'The big city is: ["Rome"]',
    "lower case": '["rome"]',
    "lines": "- Rome",
    "object": '{"big city": ["Rome"]}',
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_answers_in_other_forms(server, answer):
    data = load_labelled(Dataset.from_list([{"tokens": ["in", "Rome"], "tags": ["O", "B-big_city"]}]), "train")
    server.answers["in Rome", "big city"] = answer
    result = ask_universal_ner(data, data, client=server.client, tell=lambda line: None, **QUICK)
    assert result.tags == [["O", "B-big_city"]]


@pytest.mark.parametrize("answer", ["I can't help with that.", "", "Je ne sais pas.", '{"answer": 42}', "<think>"])
def test_refusals_and_babble_find_nothing_and_are_counted(server, answer):
    data = load_labelled(Dataset.from_list([{"tokens": ["in", "Rome"], "tags": ["O", "B-city"]}]), "train")
    server.answers["in Rome", "city"] = answer
    result = ask_universal_ner(data, data, client=server.client, tell=lambda line: None, **QUICK)
    assert result.tags == [["O", "O"]]
    assert sum(result.details["unanswered"].values()) == 1


def test_sentences_that_come_twice_are_asked_about_once(server):
    data = load_labelled(Dataset.from_list([{"tokens": ["in", "Rome"], "tags": ["O", "B-city"]}] * 3), "train")
    server.answers["in Rome", "city"] = '["Rome"]'
    result = ask_universal_ner(data, data, client=server.client, tell=lambda line: None, **QUICK)
    assert result.tags == [["O", "B-city"]] * 3
    assert sum(server.asked.values()) == 1
