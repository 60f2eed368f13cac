"""A real server process with a real, if meaningless, model: `transformers serve`."""

import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from support.annotation_cases import quick_settings, some_sentences

from nuner.data_builders.annotation.llm.client import LLMClient
from nuner.data_builders.annotation.runs.run import fill_store
from nuner.data_builders.annotation.store.store import AnnotationStore

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tiny_llm_dir(tmp_path_factory):
    """A folder with a random one-layer Llama that reads and writes bytes."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    pieces = ["<s>", "</s>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE({piece: number for number, piece in enumerate(pieces)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="</s>")
    fast.chat_template = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"
    config = LlamaConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=8192,
        bos_token_id=0,
        eos_token_id=1,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = LlamaForCausalLM(config)
    folder = tmp_path_factory.mktemp("tiny-llm")
    fast.save_pretrained(folder)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def base_url(tiny_llm_dir):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve = "import sys; from transformers.cli.transformers import main; sys.argv[0] = 'transformers'; main()"
    options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    server = subprocess.Popen(
        [sys.executable, "-c", serve, "serve", str(tiny_llm_dir), *options],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/v1"
    try:
        for _ in range(240):
            assert server.poll() is None, "transformers serve ended by itself"
            try:
                with urllib.request.urlopen(f"{url}/models", timeout=5):
                    break
            except OSError:
                time.sleep(0.5)
        yield url
    finally:
        server.kill()
        server.wait()


def test_nonsense_ends_as_failed_rows_with_reasons(base_url, tiny_llm_dir, tmp_path, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    client = LLMClient(str(tiny_llm_dir), base_url, max_tokens=40)
    store = tmp_path / "store.sqlite"
    result = fill_store(store, client, quick_settings(concurrency=2, max_attempts=2), some_sentences(4))
    assert (result.end, result.progress.failed) == ("finished", 4)
    with AnnotationStore(store) as opened:
        rows = opened.query("SELECT error, reply, attempts, completion_tokens FROM sentences")
    for error, reply, attempts, tokens in rows:
        assert error.startswith("the reply")
        assert reply
        assert attempts == 2
        assert tokens > 0
