import torch

from nuner.trainers.few_shot.named_heads import similarity_classifier


def test_words_are_nearest_to_the_name_that_they_resemble():
    generator = torch.Generator().manual_seed(0)
    names = torch.randn(3, 16, generator=generator)
    words = names.repeat(5, 1) + 0.1 * torch.randn(15, 16, generator=generator)
    shifted = similarity_classifier(names + 3, words - 5)
    logits = shifted(words - 5)
    # where either kind of vector lies does not matter
    torch.testing.assert_close(logits, similarity_classifier(names, words)(words), atol=1e-4, rtol=1e-4)
    assert (logits.argmax(1) - 1).tolist() == [0, 1, 2] * 5
    assert logits[:, 0].abs().max() == 0


def test_a_single_type_or_a_single_word_tells_nothing():
    words = torch.randn(4, 8, generator=torch.Generator().manual_seed(0))
    assert not similarity_classifier(words[:1], words).weight.any()
    assert similarity_classifier(words[:2], words[:1])(words[:1]).abs().max() < 1e-3
