"""Whole words out of every kind of tokenizer."""

import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from nuner.modeling_nuner.recognition.words.tokens import WordTokenizer

TEXTS = [
    "Paris, (New  York).\r\n",
    "naïve cafe\u0301 👩‍💻x",
    "北京 and Москва",
    " lead",
    "a_b 3.5",
    "\u200b",
    "שלום עולם",
]


def trained(kind: str) -> WordTokenizer:
    if kind == "byte-level":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
    else:
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.normalizer = normalizers.NFC()
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        alphabet = []
    special = ["<s>", "</s>", "<unk>"]
    if kind == "byte-level":
        trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=alphabet)
    else:
        trainer = trainers.UnigramTrainer(vocab_size=120, special_tokens=special, unk_token="<unk>")
    tokenizer.train_from_iterator(TEXTS * 5, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    return WordTokenizer(tokenizer)


@pytest.mark.parametrize("kind", ["byte-level", "sentencepiece"])
def test_words_end_at_signs_and_hold_no_blanks(kind):
    tokenizer = trained(kind)
    assert (tokenizer.prefix.tolist(), tokenizer.suffix.tolist()) == ([0], [1])
    tokens = tokenizer(TEXTS)
    words = [TEXTS[t][a:b] for t, a, b in zip(tokens.text, tokens.start, tokens.end, strict=True)]
    of_text = [[w for w, t in zip(words, tokens.text, strict=True) if t == i] for i in range(len(TEXTS))]
    # A sub-word of two signs is one word; signs never belong to a word of letters.
    assert of_text[0] in (["Paris", ",", "(", "New", "York", *end] for end in ([")", "."], [")."]))
    # Normalization may leave a combining mark out of the offsets; the recognizer takes it in again.
    assert [word.rstrip("\u0301") for word in of_text[1][:2]] == ["naïve", "cafe"]
    assert of_text[3] == ["lead"]
    assert all(word.strip() == word and word for word in words)
    for text, found in zip(TEXTS, of_text, strict=True):
        assert [c for c in "".join(found) if c.isalnum()] == [c for c in text if c.isalnum()]
