from support.small_task import small_task

from nuner.trainers.few_shot.task import prepare_task, sentence_classes


def test_samples_and_test_sentences_are_fixed_before_any_encoder():
    first = prepare_task(small_task(), "one", (1, 4), 3, max_test_sentences=5)
    again = prepare_task(small_task(), "one", (4,), 2, max_test_sentences=8)
    assert all(first.samples[4, seed] == again.samples[4, seed] for seed in range(2))
    assert first.test["tokens"][:] == again.test["tokens"][:5]
    assert first.test["tokens"][:] != small_task()["test"]["tokens"][:5]
    assert sentence_classes(first.test)[0].tolist() == [1, 0, 0, 2, 2]
