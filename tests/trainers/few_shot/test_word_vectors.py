import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from nuner.trainers.few_shot.word_vectors import NoVectorsError, TokenFeatures


@pytest.fixture(scope="module")
def features(tiny_bert_dir):
    return TokenFeatures(tiny_bert_dir)


def test_a_word_is_the_vector_of_its_first_sub_word(features, tiny_bert_dir):
    result = features([["Paris", "visited"], ["xyz", "Paris", "7!"]])
    assert result.sentence.tolist() == [0, 0, 1, 1, 1]
    assert result.word.tolist() == [0, 1, 0, 1, 2]
    tokenizer, model = (
        AutoTokenizer.from_pretrained(tiny_bert_dir),
        AutoModel.from_pretrained(tiny_bert_dir).eval(),
    )
    encoded = tokenizer("xyz Paris 7!", return_tensors="pt")
    with torch.no_grad():
        hidden = model(**encoded).last_hidden_state[0]
    # [CLS] x ##y ##z paris 7 ! [SEP]
    torch.testing.assert_close(result.vectors[2:], hidden[[1, 4, 5]], atol=1e-5, rtol=1e-5)
    assert (result.truncated, result.empty) == (0, 0)


def test_the_company_in_a_batch_does_not_change_a_sentence(features):
    sentences = [["Paris"] * n for n in (1, 30, 7, 2, 12)] * 40
    together = features(sentences)
    for i in (0, 1, 2, 100, 199):
        alone = features([sentences[i]])
        torch.testing.assert_close(together.vectors[together.sentence == i], alone.vectors, atol=1e-5, rtol=1e-5)
    assert len(together.vectors) == sum(map(len, sentences))


def test_words_without_a_vector_are_left_out_and_counted(features):
    result = features([["a", "\u200b", "b", ""], ["the"] * 100, [], ["\u200b"]])
    assert result.word[result.sentence == 0].tolist() == [0, 2]
    assert int((result.sentence == 1).sum()) == 62  # 64 positions less [CLS] and [SEP]
    assert (result.truncated, result.empty) == (38, 3)
    assert not (result.sentence >= 2).any()


def test_no_sentence_gives_no_vector(features):
    assert features([]).vectors.numel() == 0


def test_bf16_is_close_to_full_precision(features, tiny_bert_dir):
    sentences = [["Paris", "visited", "the", "xyz"]]
    full, coarse = features(sentences).vectors, TokenFeatures(tiny_bert_dir, bf16=True)(sentences).vectors
    assert coarse.dtype == torch.float32
    assert not torch.equal(full, coarse)
    torch.testing.assert_close(full, coarse, atol=0.1, rtol=0.1)


def test_a_roberta_tokenizer_gets_its_space_before_words(tmp_path):
    from tokenizers import ByteLevelBPETokenizer
    from transformers import RobertaConfig, RobertaModel, RobertaTokenizer

    byte_level = ByteLevelBPETokenizer()
    byte_level.train_from_iterator(
        ["paris visited london"] * 20, 400, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    )
    byte_level.save_model(str(tmp_path))
    vocab, merges = str(tmp_path / "vocab.json"), str(tmp_path / "merges.txt")
    RobertaTokenizer.from_pretrained(tmp_path, vocab=vocab, merges=merges).save_pretrained(tmp_path)
    config = RobertaConfig(
        vocab_size=400,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=34,
    )
    RobertaModel(config).save_pretrained(tmp_path)
    result = TokenFeatures(tmp_path, max_length=32)([["paris", "visited", "london"], ["paris"] * 40])
    assert result.word[result.sentence == 0].tolist() == [0, 1, 2]
    assert result.truncated == 40 - int((result.sentence == 1).sum())


def test_an_encoder_that_does_not_exist_is_one_clear_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no encoder .*absent") as caught:
        TokenFeatures(tmp_path / "absent")
    assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match="holds no encoder that AutoModel"):
        TokenFeatures(tmp_path)


def test_an_encoder_that_went_astray_is_named(tiny_bert_dir):
    features = TokenFeatures(tiny_bert_dir)
    with torch.no_grad():
        next(features.model.parameters()).fill_(float("nan"))
    with pytest.raises(NoVectorsError, match=f"the encoder {tiny_bert_dir} gives vectors that are no numbers"):
        features([["Paris"]])
