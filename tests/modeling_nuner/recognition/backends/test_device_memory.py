"""Batches that do not fit into the memory of a GPU."""

import numpy as np
import pytest
import torch

from nuner.modeling_nuner.recognition.backends.device_memory import classify_within_memory


class Small:
    """A device with room for so many tokens at once."""

    def __init__(self, room: int) -> None:
        self.room, self.batch_tokens, self.asked = room, 1024, []

    def classify(self, input_ids: np.ndarray, attention_mask: np.ndarray) -> np.ndarray:
        self.asked.append(input_ids.shape)
        if input_ids.size > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return np.stack([input_ids, attention_mask], axis=-1).astype(np.float32)


def test_a_batch_is_halved_until_it_fits_and_later_ones_are_smaller(caplog):
    device, ids = Small(room=40), np.arange(110).reshape(11, 10)
    logits = classify_within_memory(device, device.classify, ids, ids % 2)
    assert (logits == np.stack([ids, ids % 2], axis=-1)).all()
    assert device.batch_tokens == 25
    assert max(rows * length for rows, length in device.asked[-6:]) <= 60
    assert [record.getMessage() for record in caplog.records] == [
        "The memory of the GPU does not suffice for 110 tokens at once: 55 from now on.",
        "The memory of the GPU does not suffice for 50 tokens at once: 25 from now on.",
    ]


def test_what_fits_is_left_alone():
    device, ids = Small(room=40), np.zeros((4, 10), int)
    classify_within_memory(device, device.classify, ids, ids)
    assert device.asked == [(4, 10)]
    assert device.batch_tokens == 1024


def test_one_window_that_does_not_fit_is_an_error_that_says_what_to_do():
    device, ids = Small(room=5), np.zeros((4, 10), int)
    with pytest.raises(ValueError, match=r"does not suffice for 10 tokens: .*max_length"):
        classify_within_memory(device, device.classify, ids, ids)
