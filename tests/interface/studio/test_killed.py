"""The server is killed while somebody labels: what it confirmed is there, and the page goes on."""

import random
import socket
import time
from threading import Timer

import httpx
import pytest
from support.narrow_page import needs_chromium
from support.running_studio import Client, studio_page, studio_process

from nuner.data_builders.labelled.projects.project import Project

KILLS = 20


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def label_until_it_is_gone(client, city, confirmed):
    """Label texts, skip and undo, noting what was confirmed, until the server no longer answers."""
    draw = random.Random(len(confirmed))
    try:
        while True:
            item = client.do("/next", {"order": "random"})["item"]
            number = item["number"]
            assert number is not None, "there were too few texts"
            labels = [{"start": 0, "end": draw.randint(1, 9), "type": city}]
            state = client.do(f"/texts/{number}/accept", {"labels": labels})["state"]
            confirmed[number] = labels[0]["end"]
            if draw.random() < 0.2:
                unsure = confirmed.pop(number)
                try:
                    client.do("/undo", {"operation": state["undo"]["number"]})
                except httpx.TransportError:
                    confirmed[number] = (unsure, None)  # either is right
                    raise
    except httpx.TransportError:
        return


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_nothing_that_was_confirmed_is_lost_when_the_server_is_killed(bi_encoder, tmp_path):
    (tmp_path / "texts.txt").write_text("".join(f"Ada {n} lives in Paris.\n" for n in range(20_000)), encoding="utf-8")
    arguments = ("texts.txt", "--encoder", bi_encoder, "--label", "city")
    draw, confirmed = random.Random(0), {}
    for _ in range(KILLS):
        with studio_process(*arguments, cwd=tmp_path) as (url, process), Client(url, annotator="") as client:
            city = client.do("/open")["state"]["types"][0]["number"]
            Timer(draw.uniform(0.05, 3), process.kill).start()
            label_until_it_is_gone(client, city, confirmed)
            assert process.wait(timeout=30) == -9
        with Project(tmp_path / "texts.studio") as project:
            saved = {answer.text: answer.labels[0].end for answer in project.answers.counted()}
        for number, end in confirmed.items():
            if isinstance(end, tuple):
                assert saved.get(number) in end
            else:
                assert saved[number] == end
        confirmed = dict(saved)
    assert len(confirmed) > KILLS


@pytest.mark.slow
@needs_chromium
def test_the_page_says_that_the_server_is_gone_and_goes_on_when_it_is_back(bi_encoder, browser, tmp_path):
    (tmp_path / "texts.txt").write_text("".join(f"Ada {n} lives in Paris.\n" for n in range(50)), encoding="utf-8")
    arguments, port = ("texts.txt", "--encoder", bi_encoder, "--label", "city"), free_port()
    with studio_process(*arguments, cwd=tmp_path, port=port) as (url, process), studio_page(browser, url) as page:
        page.wait_for_selector("#text")
        page.keyboard.press("Enter")
        page.wait_for_selector("#labelled:has-text('1 of 50')")
        process.kill()
        process.wait(timeout=30)
        page.keyboard.press("Enter")
        page.get_by_text("The studio does not answer").wait_for()
        with studio_process(*arguments, cwd=tmp_path, port=port):
            page.wait_for_selector("#labelled:has-text('2 of 50')")
            page.get_by_text("The studio does not answer").wait_for(state="detached")
            time.sleep(1)
            assert page.locator(".notice").count() == 0
        assert all("ERR_" in fault for fault in page.faults)
        page.faults.clear()
