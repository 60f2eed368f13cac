"""Fixtures shared by several rooms: a tiny random BERT with a tiny WordPiece tokenizer, saved on disk."""

import os
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine must not fail a test; pytest-timeout ends what hangs. Where CI is set the same examples are drawn each
# time, so that a check of a commit says the same twice; everybody else's runs look for new ones.
settings.register_profile("nuner", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("nuner")

_WHOLE_WORDS = [
    "the",
    "a",
    "of",
    "in",
    "to",
    "and",
    "paris",
    "london",
    "visited",
    "lives",
    "works",
    "acme",
    "berlin",
    "monday",
    "paid",
    "bought",
    "order",
]


@pytest.fixture(scope="session")
def tiny_bert_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that AutoModel and AutoTokenizer load: random 2-layer BERT of width 32, at most 64 positions.

    The vocabulary holds a few whole words and every ASCII character as a first and a
    continuing piece, so any ASCII word is split into known sub-words and other letters
    become [UNK].
    """
    import torch
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    characters = string.ascii_lowercase + string.digits + string.punctuation
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *_WHOLE_WORDS]
    pieces += [c for c in characters if c not in pieces] + [f"##{c}" for c in characters]
    tokenizer = Tokenizer(models.WordPiece({p: i for i, p in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=64,
    )

    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = BertModel(config)

    folder = tmp_path_factory.mktemp("tiny-bert")
    fast.save_pretrained(folder)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def docs_world_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the examples of the documentation name; tests that write there take a copy."""
    from support.docs_world import build_world

    folder = tmp_path_factory.mktemp("docs-world") / "world"
    build_world(folder)
    return folder


@pytest.fixture(scope="session")
def ray_address() -> Iterator[str]:
    """The address of a cluster of two nodes, which all tests share; nothing is connected to it."""
    pytest.importorskip("ray", reason="ray is not installed")
    from support.ray_cluster import two_nodes

    with two_nodes() as address:
        yield address
