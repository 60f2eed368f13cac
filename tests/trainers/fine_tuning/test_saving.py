"""What `save_recognizer` writes of models that are not this package's."""

import pytest
import torch
from support.tiny_recognizer import LABELS, save_tiny_recognizer
from transformers import AutoModel, AutoModelForTokenClassification, AutoTokenizer

from nuner import EntityRecognizer, save_recognizer


def test_a_token_classifier_of_transformers_is_written_as_it_is(tiny_bert_dir, tmp_path):
    folder = save_tiny_recognizer(tiny_bert_dir, tmp_path / "given")
    model, tokenizer = AutoModelForTokenClassification.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    assert save_recognizer(model, tokenizer, tmp_path / "saved") == "BertForTokenClassification"
    texts = ["anna works in paris", "acme paid the order"]
    assert EntityRecognizer.from_pretrained(tmp_path / "saved")(texts) == EntityRecognizer.from_pretrained(folder)(
        texts
    )


def test_its_adapters_are_merged(tiny_bert_dir, tmp_path):
    from peft import LoraConfig, get_peft_model

    folder = save_tiny_recognizer(tiny_bert_dir, tmp_path / "given")
    adapted = get_peft_model(
        AutoModelForTokenClassification.from_pretrained(folder),
        LoraConfig(task_type="TOKEN_CLS", target_modules=["query"], init_lora_weights=False),
    ).eval()
    save_recognizer(adapted, AutoTokenizer.from_pretrained(folder), tmp_path / "saved")
    saved = AutoModelForTokenClassification.from_pretrained(tmp_path / "saved").eval()
    assert [saved.config.id2label[i] for i in range(len(LABELS))] == LABELS
    ids = torch.tensor([[2, 20, 21, 3]])
    torch.testing.assert_close(saved(ids).logits, adapted(ids).logits, rtol=1e-4, atol=1e-5)


def test_a_model_without_a_classifier_is_refused(tiny_bert_dir, tmp_path):
    with pytest.raises(ValueError, match="BertModel is no recognizer"):
        save_recognizer(
            AutoModel.from_pretrained(tiny_bert_dir), AutoTokenizer.from_pretrained(tiny_bert_dir), tmp_path / "no"
        )
    assert not (tmp_path / "no").exists()
