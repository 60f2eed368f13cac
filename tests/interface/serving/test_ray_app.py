"""The service as an application of Ray Serve."""

import logging
import socket

import httpx
import pytest
from support.tiny_recognizer import places, save_tiny_recognizer

from nuner import EntityRecognizer

ray = pytest.importorskip("ray", reason="ray is not installed")
serve = pytest.importorskip("ray.serve", reason="ray[serve] is not installed")

TEXTS = ["berlin visited paris", None, "", "acme paid london on monday"]


@pytest.fixture(scope="module")
def model(tiny_bert_dir, tmp_path_factory):
    return save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def url(ray_address, model):
    from nuner.serving.ray_app import RayAppArguments, app

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ray.init(ray_address, log_to_driver=False, logging_level=logging.CRITICAL)
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    serve.run(app(RayAppArguments(recognizer=str(model), max_bytes=20_000)), name="nuner")
    yield f"http://127.0.0.1:{port}"
    serve.shutdown()
    ray.shutdown()


def test_the_same_paths_give_the_same_answers(url, model):
    direct = EntityRecognizer.from_pretrained(model)
    answer = httpx.post(f"{url}/entities", timeout=120, json={"texts": TEXTS})
    assert places(answer.json()["entities"]) == places(direct(TEXTS))
    one = httpx.post(f"{url}/entities", timeout=120, json={"texts": TEXTS[0], "labels": ["city"]}).json()["entities"]
    assert places([one]) == places([direct.with_labels(["city"])(TEXTS[0])])
    assert httpx.get(f"{url}/health", timeout=120).json()["labels"] == direct.types
    assert 'nuner_requests_total{status="200"} 2.0' in httpx.get(f"{url}/metrics", timeout=120).text
    assert httpx.get(f"{url}/openapi.json", timeout=120).json()["paths"].keys() >= {"/entities", "/health", "/metrics"}
    assert httpx.post(f"{url}/entities", timeout=120, json={"texts": 5}).status_code == 422
    assert httpx.post(f"{url}/entities", timeout=120, json={"texts": "x" * 30_000}).status_code == 413


@pytest.mark.parametrize("wrong", [{}, {"recognizer": "r", "backends": "onnx"}, {"recognizer": "r", "replicas": 0}])
def test_wrong_arguments_are_refused(wrong):
    from nuner.serving.ray_app import RayAppArguments

    with pytest.raises(ValueError):
        RayAppArguments(**wrong)
