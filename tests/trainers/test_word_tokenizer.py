import pytest
from transformers import CanineConfig, CanineTokenizer

from nuner.trainers.word_tokenizer import load_word_tokenizer


def test_a_slow_tokenizer_is_refused(tmp_path):
    CanineConfig().save_pretrained(tmp_path)
    CanineTokenizer().save_pretrained(tmp_path)
    with pytest.raises(ValueError, match=r"a fast tokenizer .tokenizer.json. is needed"):
        load_word_tokenizer(tmp_path)
