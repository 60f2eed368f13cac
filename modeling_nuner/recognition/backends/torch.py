"""Token classifiers of transformers, run by torch."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForTokenClassification, PreTrainedModel

from ...checkpoint_errors import explain_checkpoint_errors
from ...devices import choose_device, use_one_thread_after_fork
from ...encoder_loading import without_load_report
from . import DeviceMap
from .device_memory import classify_within_memory
from .packed_linear import pack_linear_layers

# On a CPU small batches stay in the cache and padding costs as much as text; an accelerator wants large batches.
_BATCH_TOKENS = {"cpu": 1024}
_MAX_PADDING = {"cpu": 0.0}


class TorchBackend:
    """A token classifier of transformers.

    Args:
        model: The classifier. Its layers are replaced by faster ones: it cannot be saved afterwards. One that
            `device_map` has laid out stays where it is, as it is.
        dtype: `"float32"`, `"bfloat16"` or `"float16"`; that of the checkpoint's weights when left out.
        device: Where to run it; the accelerator where there is one, else the CPU, when left out.
    """

    def __init__(
        self, model: PreTrainedModel, dtype: str | None = None, device: str | torch.device | None = None
    ) -> None:
        self.model: Any = model.eval()
        if getattr(model, "hf_device_map", None) is not None:
            self.device = model.device
        else:
            self.device = choose_device(device)
            self.model.to(device=self.device, dtype=_dtype(dtype) if dtype is not None else None)
            if self.device.type == "cpu":
                pack_linear_layers(self.model)
        self.batch_tokens = _BATCH_TOKENS.get(self.device.type, 16384)
        self.max_padding = _MAX_PADDING.get(self.device.type, 0.1)

    @classmethod
    def from_pretrained(
        cls,
        checkpoint: str | os.PathLike[str],
        dtype: str | None = None,
        device: str | None = None,
        device_map: DeviceMap | None = None,
    ) -> TorchBackend:
        """Load a token classifier.

        Args:
            checkpoint: Folder or Hub id of any `...ForTokenClassification` checkpoint.
            dtype: As above; `float32` when left out.
            device: As above.
            device_map: Where to put which part of it, as for `from_pretrained` of transformers.

        Returns:
            The backend.

        Raises:
            ValueError: If the checkpoint has no classifier, or its weights cannot be read.
        """
        precision = _dtype(dtype or "float32")
        with without_load_report(), explain_checkpoint_errors(checkpoint, "recognizer"):
            model, loading = AutoModelForTokenClassification.from_pretrained(
                checkpoint,
                dtype=precision,
                device_map=device_map,
                output_loading_info=True,
                trust_remote_code=False,
            )
        missing = sorted(loading["missing_keys"])
        if missing:
            raise ValueError(
                f"{checkpoint} is no recognizer: it has no weights for {', '.join(missing[:3])}; fine-tune it first "
                "(`nuner finetune`)"
            )
        return cls(model, device=device)

    def __call__(self, input_ids: np.ndarray, attention_mask: np.ndarray) -> np.ndarray:
        """Classify tokens, see `Backend`."""
        return classify_within_memory(self, self._classify, input_ids, attention_mask)

    @torch.inference_mode()
    def _classify(self, input_ids: np.ndarray, attention_mask: np.ndarray) -> np.ndarray:
        use_one_thread_after_fork()
        inputs: dict[str, Any] = {"input_ids": torch.from_numpy(input_ids).to(self.device)}
        # Attention without a mask is faster, and without padding it is the same.
        if not attention_mask.all():
            inputs["attention_mask"] = torch.from_numpy(attention_mask).to(self.device)
        return self.model(**inputs).logits.float().cpu().numpy()


def _dtype(name: str) -> torch.dtype:
    dtype = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}.get(name)
    if dtype is None:
        raise ValueError(f"the torch backend computes in float32, bfloat16 or float16, not in {name!r}")
    return dtype
