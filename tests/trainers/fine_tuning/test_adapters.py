from typing import Any

import pytest
import torch
from support.labelled_cities import city_sentences
from transformers import AutoTokenizer

from nuner import finetune, load_adapters, save_adapters, save_recognizer


def test_adapters_are_saved_loaded_and_merged(tiny_bert_dir, tmp_path):
    trainer: Any = finetune(
        tiny_bert_dir, city_sentences(18), tmp_path / "run", preset="lora", learning_rate=5e-3, num_train_epochs=12
    )
    model, tokenizer = trainer.model, trainer.processing_class
    assert save_recognizer(model, tokenizer, tmp_path / "merged") == "BertForTokenClassification"
    save_adapters(model, tokenizer, tmp_path / "adapters")
    saved = {file.name for file in (tmp_path / "adapters").iterdir()}
    assert {"adapter_model.safetensors", "adapter_config.json", "config.json", "tokenizer.json"} <= saved
    assert not any(name.endswith((".bin", ".pt", ".pkl")) for name in saved)
    loaded, _ = load_adapters(tmp_path / "adapters")
    assert loaded.config.id2label == {0: "O", 1: "city"}  # pyright: ignore
    from transformers import AutoModelForTokenClassification

    merged = AutoModelForTokenClassification.from_pretrained(tmp_path / "merged").eval()
    inputs = AutoTokenizer.from_pretrained(tmp_path / "adapters")("anna lives in paris", return_tensors="pt")
    model.eval().float()
    expected = model(**inputs).logits
    for other in (loaded, merged):
        torch.testing.assert_close(other(**inputs).logits, expected, atol=1e-4, rtol=1e-4)
    # adapters can go on from the folder of the encoder where that has moved
    moved, _ = load_adapters(tmp_path / "adapters", encoder=tiny_bert_dir)
    torch.testing.assert_close(moved(**inputs).logits, expected, atol=1e-4, rtol=1e-4)
    with pytest.raises(FileNotFoundError, match="no adapters in"):
        load_adapters(tmp_path / "merged")
    with pytest.raises(FileNotFoundError, match="there is no encoder 'no-such-encoder'"):
        load_adapters(tmp_path / "adapters", encoder="no-such-encoder")
    with pytest.raises(ValueError, match="holds no encoder that AutoModel loads"):
        load_adapters(tmp_path / "adapters", encoder=tmp_path)
