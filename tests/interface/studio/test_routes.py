"""What the page can ask for, over HTTP."""

import errno
import json

import pytest
from support.running_studio import TEXTS, Client, studio_thread


@pytest.fixture
def client(studio):
    with Client(studio[0]) as client:
        yield client


def refused(client, path, body):
    answer = client.post(path, json=body)
    assert answer.status_code == 422, answer.text
    return answer.json()["detail"]


def mark(text, words, kind, suggested=False):
    start = text.index(words)
    return {"start": start, "end": start + len(words), "type": kind, "suggested": suggested}


def add_types(client, *names):
    states = [client.do("/types", {"name": name})["state"] for name in names]
    return [each["number"] for each in states[-1]["types"]]


def test_texts_are_labelled_skipped_and_taken_back(client):
    city, _ = add_types(client, "city", "person")
    first = client.do("/next", {"order": "in order"})["item"]
    assert first["text"] == TEXTS[first["number"] - 1]
    answer = client.do(f"/texts/{first['number']}/accept", {"labels": [], "key_presses": 1, "order": "in order"})
    second = answer["item"]
    assert second["number"] != first["number"] and answer["state"]["counts"]["labelled"] == 1
    third = client.do(f"/texts/{second['number']}/skip", {"order": "random"})
    assert third["state"]["counts"]["skipped"] == 1
    undone = client.do("/undo", {"operation": third["state"]["undo"]["number"]})
    assert undone["undone"] == f"skipped text {second['number']}" and undone["item"]["number"] == second["number"]
    assert undone["state"]["counts"]["skipped"] == 0
    again = client.do("/undo", {"operation": third["state"]["undo"]["number"]})
    assert again["undone"] is None, "an answer that was lost is asked for twice, and undone once"
    labels = [mark(second["text"], second["text"].split()[0], city)]
    client.do(f"/texts/{second['number']}/accept", {"labels": labels})
    shown = client.ask(f"/texts/{second['number']}")
    assert [(each["start"], each["type"], each["score"]) for each in shown["entities"]] == [(0, city, None)]
    state = client.do("/beat")["state"]
    assert {each["name"]: each["labels"] for each in state["types"]} == {"city": 1, "person": 0}
    undone = client.do("/undo", {"operation": state["undo"]["number"]})
    assert [each["start"] for each in undone["item"]["entities"]] == [0], "what was accepted can be corrected"


def test_a_reload_gives_the_same_text(client):
    add_types(client, "city")
    numbers = {client.do("/next", {"order": order})["item"]["number"] for order in ("random", "random", "instructive")}
    assert len(numbers) == 1


def test_a_suggestion_can_be_accepted(studio, client):
    _, suggesting = studio[0], studio[1].suggesting
    (city,) = add_types(client, "city")
    wait_for(lambda: suggesting.ready or suggesting.failure)
    assert suggesting.failure is None
    item = client.do("/next", {"order": "in order"})["item"]
    while not item["entities"]:
        client.do(f"/texts/{item['number']}/accept", {"labels": []})
        item = client.do("/next", {"order": "in order"})["item"]
    suggested = item["entities"][0]
    assert suggested["suggested"] and 0 < suggested["score"] <= 1 and suggested["type"] == city
    client.do(f"/texts/{item['number']}/accept", {"labels": item["entities"]})
    (answer,) = studio[1].project.answers.of(item["number"])
    assert answer.labels[0].suggested


def wait_for(condition, seconds=60):
    import time

    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ((5, 5, 1), "outside the text"),
        ((0, 10**9, 1), "outside the text"),
        ((3, 4, 1), "nothing but blanks"),
        ((0, 3, 99), "no longer there"),
    ],
)
def test_labels_that_make_no_sense_are_refused(client, label, sentence):
    add_types(client, "city")
    start, end, kind = label
    detail = refused(client, "/texts/1/accept", {"labels": [{"start": start, "end": end, "type": kind}]})
    assert sentence in detail
    assert client.do("/beat")["state"]["counts"]["labelled"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"labels": 1},
        {"labels": [None]},
        {"labels": [{"start": "0", "end": 3, "type": 1}]},
        {"labels": [{"start": -1, "end": 3, "type": 1}]},
        {"labels": [{"start": 1e300, "end": 3, "type": 1}]},
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(client, body):
    assert "labels" in refused(client, "/texts/1/accept", body) or body == []


def test_a_text_that_is_not_there_is_refused(client):
    assert client.get("/texts/99").status_code == 404
    assert "there is no text 99" in refused(client, "/texts/99/accept", {"labels": []}).lower()


def test_overlaps_are_refused_or_allowed_by_setting(client):
    city, person = add_types(client, "city", "person")
    labels = [{"start": 0, "end": 9, "type": city}, {"start": 0, "end": 3, "type": person}]
    assert "overlap" in refused(client, "/texts/1/accept", {"labels": labels})
    client.do("/settings", {"nested": True, "double_share": 0})
    client.do("/texts/1/accept", {"labels": labels})
    assert "0 to 1" in refused(client, "/settings", {"nested": True, "double_share": 1.5})


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "needs a name"),
        (" \u200b ", "needs a name"),
        ("city", "already"),
        (" city ", "already"),
        ("x" * 201, "200"),
    ],
)
def test_types_without_a_name_or_twice_are_refused(client, name, sentence):
    add_types(client, "city")
    assert sentence in refused(client, "/types", {"name": name})


def test_what_a_change_of_a_type_does_is_told_done_and_undone(client):
    city, town = add_types(client, "city", "town")
    client.do("/texts/1/accept", {"labels": [mark(TEXTS[0], "Paris", city)]})
    client.do("/texts/2/accept", {"labels": [mark(TEXTS[1], "London", city), mark(TEXTS[1], "Berlin", town)]})
    assert client.ask(f"/types/{city}/effect") == {"labels": 2, "texts": 2, "doubled": 0}
    state = client.do(f"/types/{city}/merge", {"into": town})["state"]
    assert [(each["name"], each["labels"]) for each in state["types"]] == [("town", 3)]
    assert state["undo"]["summary"] == "merged the type 'city' into 'town'"
    undone = client.do("/undo", {"operation": state["undo"]["number"]})
    assert undone["item"] is None
    assert [(each["name"], each["labels"]) for each in undone["state"]["types"]] == [("city", 2), ("town", 1)]
    client.do(f"/types/{city}/name", {"name": "place"})
    client.do(f"/types/{city}/description", {"description": "a town or city"})
    state = client.do(f"/types/{city}/color", {"color": "#102030"})["state"]
    assert state["types"][0] == {
        "number": city, "name": "place", "description": "a town or city", "color": "#102030", "labels": 2,
    }  # fmt: skip
    assert "rrggbb" in refused(client, f"/types/{city}/color", {"color": "red; background: url(//evil)"})
    assert [each["name"] for each in client.do(f"/types/{town}/delete")["state"]["types"]] == ["place"]


def test_types_get_colors_of_their_own(client):
    add_types(client, *"abcdefghijkl")
    state = client.do("/beat")["state"]
    assert len({each["color"] for each in state["types"]}) == 12


def test_the_tab_that_was_opened_last_goes_on(studio):
    with Client(studio[0], tab="old") as old, Client(studio[0], tab="new") as new:
        old.do("/open")
        assert not old.do("/beat")["state"]["elsewhere"]
        new.do("/open")
        assert old.do("/beat")["state"]["elsewhere"] and not new.do("/beat")["state"]["elsewhere"]
        answer = old.post("/types", json={"name": "city"})
        assert answer.status_code == 409 and "another tab" in answer.json()["detail"]
        old.do("/open")
        old.do("/types", {"name": "city"})
        assert new.post("/types", json={"name": "person"}).status_code == 409


def test_two_people_get_different_texts_and_decide_where_they_differ(bi_encoder, tmp_path):
    with (
        studio_thread(tmp_path / "trips.studio", bi_encoder, TEXTS[:4]) as (url, _),
        Client(url, "Ada") as ada,
        Client(url, "Bo", "2") as bo,
    ):
        (city,) = add_types(ada, "city")
        one, other = (client.do("/next", {})["item"]["number"] for client in (ada, bo))
        assert one != other
        ada.do("/settings", {"nested": False, "double_share": 1})
        number = one
        text = TEXTS[number - 1]
        ada.do(f"/texts/{number}/accept", {"labels": []})
        bo.do(f"/texts/{number}/accept", {"labels": [mark(text, text.split()[0], city)]})
        review = ada.ask("/review")
        (conflict,) = review["conflicts"]
        assert [each["annotator"] for each in conflict["answers"]] == ["Ada", "Bo"]
        assert review["agreement"]["texts"] == 1
        ada.do(f"/texts/{number}/decide", {"labels": conflict["answers"][1]["labels"]})
        assert ada.ask("/review")["conflicts"] == []
        names = {each["name"]: each["texts"] for each in ada.do("/beat")["state"]["annotators"]}
        assert names == {"Ada": 1, "Bo": 1}


def test_who_was_away_too_long_is_told(studio, monkeypatch):
    with Client(studio[0], "Ada") as ada, Client(studio[0], "Bo") as bo:
        add_types(ada, "city")
        number = ada.do("/next", {})["item"]["number"]
        assert not ada.do("/beat", {"text": number})["taken"]
        project = studio[1].project
        me = studio[1].annotator("Ada")
        monkeypatch.setattr(project.leases, "held", lambda annotator: None)
        monkeypatch.setattr(project.leases, "take", lambda *arguments: False)
        studio[1]._renewed.clear()
        assert ada.do("/beat", {"text": number})["taken"]
        assert me != studio[1].annotator("Bo") and bo


@pytest.mark.parametrize("how", ["accept", "skip"])
def test_a_page_that_has_not_heard_that_a_text_is_saved_has_lost_nothing(studio, how):
    with Client(studio[0], "Ada") as ada:
        add_types(ada, "city")
        number = ada.do("/next", {})["item"]["number"]
        ada.do(f"/texts/{number}/{how}", {"labels": []} if how == "accept" else {})
        studio[1]._renewed.clear()
        assert not ada.do("/beat", {"text": number})["taken"]


@pytest.mark.parametrize("name", ["jsonl", "conll", "spacy", "prodigy", "doccano", "label-studio"])
def test_labels_are_given_in_the_formats_of_other_tools(client, name, tmp_path):
    from nuner import load_labelled

    city, person = add_types(client, "city", "person")
    assert "no labelled text" in client.get(f"/labels/{name}").json()["detail"]
    client.do("/texts/1/accept", {"labels": [mark(TEXTS[0], "Paris", city), mark(TEXTS[0], "Ada", person)]})
    answer = client.get(f"/labels/{name}")
    file = answer.headers["content-disposition"].rpartition("'")[2]
    (tmp_path / file).write_bytes(answer.content)
    rows = load_labelled(str(tmp_path / file), "train")
    names = rows.features["ner_tags"].feature.names
    tags = dict(zip(rows[0]["tokens"], (names[tag] for tag in rows[0]["ner_tags"]), strict=True))
    assert tags["Paris"] == "B-city" and tags["Ada"] == "B-person"


def test_a_full_disk_is_told_and_forgotten_when_there_is_room(studio, client, monkeypatch):
    add_types(client, "city")
    project = studio[1].project

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(project, "save", full)
        answer = client.post("/texts/1/accept", json={"labels": []})
        assert answer.status_code == 507 and "The disk is full" in answer.json()["detail"]
        assert "The disk is full" in client.do("/beat")["state"]["problem"]
    assert client.do("/texts/1/accept", {"labels": []})["state"]["problem"] is None


def test_an_encoder_that_cannot_be_loaded_is_told_on_the_page(tmp_path):
    (tmp_path / "encoder").mkdir()
    (tmp_path / "encoder" / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with studio_thread(tmp_path / "trips.studio", tmp_path / "encoder") as (url, studio), Client(url) as client:
        wait_for(lambda: studio.suggesting.phase == "failed")
        state = client.do("/beat")["state"]
        assert state["learner"]["phase"] == "failed" and "cannot be used" in state["learner"]["sentence"]
        (city,) = add_types(client, "city")
        item = client.do("/next", {})["item"]
        client.do(f"/texts/{item['number']}/accept", {"labels": [{"start": 0, "end": 3, "type": city}]})
