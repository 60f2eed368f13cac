"""Requests that name their own types and threshold."""

import asyncio

import httpx
import pytest
from support.running_service import service_thread
from support.tiny_bi_encoder import save_tiny_bi_encoder
from support.tiny_recognizer import save_tiny_recognizer

from nuner import EntityRecognizer

TEXTS = ["paris and london visited the berlin order", "", "acme works paid 42 to a b", "monday of acme in paris"]


@pytest.fixture(scope="module")
def recognizer(tiny_bert_dir, tmp_path_factory):
    return EntityRecognizer.from_pretrained(save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("tuned")))


@pytest.fixture(scope="module")
def bi_encoder(tiny_bert_dir, tmp_path_factory):
    folder = save_tiny_bi_encoder(tiny_bert_dir, tmp_path_factory.mktemp("bi"))
    return EntityRecognizer.from_pretrained(folder, labels=["city", "company"])


def same(found, expected):
    return [[{**e, "score": pytest.approx(e["score"], abs=1e-4)} for e in row] for row in expected] == found


@pytest.mark.parametrize(
    "search",
    [
        {"labels": ["day", "company"]},
        {"labels": {"firm": "company", "a=b": "order of the day"}, "threshold": 0.2},
        {"threshold": 0.45},
        {"labels": None, "threshold": None},
    ],
)
def test_a_bi_encoder_looks_for_what_a_request_names(bi_encoder, search):
    expected = bi_encoder.with_labels(search.get("labels"), threshold=search.get("threshold"))(TEXTS)
    with service_thread(bi_encoder) as url:
        answer = httpx.post(f"{url}/entities", json={"texts": TEXTS, **search})
        assert same(answer.json()["entities"], expected) and any(expected)
        plain = httpx.post(f"{url}/entities", json={"texts": TEXTS}).json()["entities"]
        assert same(plain, bi_encoder(TEXTS))
        assert httpx.get(f"{url}/health").json()["labels"] == ["city", "company"]


def test_a_fine_tuned_recognizer_chooses_among_its_own(recognizer):
    found = recognizer(TEXTS)
    middle = sorted(entity["score"] for row in found for entity in row)[2] - 1e-3
    sure = [[e for e in row if e["score"] >= middle and e["label"] == "city"] for row in found]
    with service_thread(recognizer) as url:
        search = {"labels": ["city"], "threshold": middle}
        assert same(httpx.post(f"{url}/entities", json={"texts": TEXTS, **search}).json()["entities"], sure)


def test_requests_with_different_searches_that_wait_together_get_their_own_answers(bi_encoder):
    searches = [{}, {"labels": ["day"]}, {"labels": ["company"], "threshold": 0.2}, {"threshold": 0.6}]
    expected = [bi_encoder.with_labels(s.get("labels"), threshold=s.get("threshold"))(TEXTS) for s in searches]

    async def ask(url):
        async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None)) as client:
            asked = [client.post(f"{url}/entities", json={"texts": TEXTS, **searches[i % 4]}) for i in range(64)]
            return await asyncio.gather(*asked)

    with service_thread(bi_encoder) as url:
        answers = asyncio.run(ask(url))
    assert all(same(answer.json()["entities"], expected[i % 4]) for i, answer in enumerate(answers))


def test_names_of_requests_do_not_fill_the_metrics(bi_encoder):
    with service_thread(bi_encoder) as url:
        for number in range(3):
            body = {"texts": TEXTS, "labels": [f"type {number}", "city"], "threshold": 0.01}
            assert httpx.post(f"{url}/entities", json=body).status_code == 200
        metrics = httpx.get(f"{url}/metrics").text
    assert 'nuner_entities_total{label="(other)"}' in metrics and "type 1" not in metrics


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        (
            {"threshold": 1},
            "threshold is wrong: threshold is 1.0; it must be a probability between 0 and 1.",
        ),
        ({"threshold": "high"}, "threshold is wrong (input should be a valid number"),
        ({"labels": []}, "labels is wrong: there is no candidate label"),
        ({"labels": ["a", "a"]}, "labels is wrong: the candidate label 'a' comes twice."),
        ({"labels": ["a", " "]}, "labels is wrong: the candidate label ' ' is blank"),
        ({"labels": {"a": ""}}, "labels is wrong: the description of the candidate label 'a' is blank"),
        ({"labels": "city"}, "labels is wrong (input should be a valid"),
        ({"labels": ["city", 5]}, "labels.1 is wrong (input should be a valid string)"),
        (
            {"labels": [f"type {i}" for i in range(101)]},
            "labels is wrong (value should have at most 100 items",
        ),
        (
            {"labels": ["drug"]},
            "labels is wrong: this recognizer was trained for city, person, and has no type",
        ),
        ({"labels": {"city": "town"}}, "labels is wrong: this recognizer was trained for city, person, and"),
    ],
)
def test_a_search_that_cannot_be_is_refused_with_a_sentence(recognizer, search, sentence):
    with service_thread(recognizer) as url:
        answer = httpx.post(f"{url}/entities", json={"texts": TEXTS, **search})
        assert answer.status_code == 422
        assert answer.json()["detail"].startswith(f"The field {sentence}")
        assert httpx.post(f"{url}/entities", json={"texts": "paris"}).status_code == 200
