"""Which device runs a model."""

import torch

from nuner.modeling_nuner.devices import choose_device, is_accelerator_available


def test_what_is_named_is_taken():
    assert choose_device("cpu") == choose_device(torch.device("cpu")) == torch.device("cpu")
    assert choose_device("cuda:1") == torch.device("cuda", 1)


def test_an_accelerator_is_taken_where_there_is_one(monkeypatch):
    assert (choose_device().type == "cpu") is not is_accelerator_available()
    for available, device in ((True, torch.device("mps")), (False, torch.device("cpu"))):
        monkeypatch.setattr(torch.accelerator, "is_available", lambda available=available: available)
        monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device("mps"))
        assert choose_device() == device
