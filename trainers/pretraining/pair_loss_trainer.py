"""What a step of the contrastive pre-training computes, in training and in validation (section 3.2)."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

import torch
import torch.distributed as dist
from torch import Tensor, nn
from transformers.trainer_utils import EvalLoopOutput

from nuner.modeling_nuner.modeling_nuner import NuNerForPreTraining, NuNerForPreTrainingOutput

from ..hub_trainer import HubTrainer
from .arguments import ContrastiveTrainingArguments
from .collator import ContrastiveCollator
from .gather import gather_concepts
from .losses.contrastive_loss import ContrastiveLoss
from .validation.pair_metrics import PairMetrics


class PairLossTrainer(HubTrainer):
    """A trainer whose loss is over the (token, concept) pairs of a batch, and that measures such pairs in validation.

    What it learns from, and how it is sampled, optimized and saved, is the business of `ContrastiveTrainer`.

    Args:
        *args: As for `transformers.Trainer`.
        loss: What is learnt from and measured in validation.
        **kwargs: As for `transformers.Trainer`.
    """

    args: ContrastiveTrainingArguments
    model: NuNerForPreTraining
    data_collator: ContrastiveCollator

    def __init__(self, *args: Any, loss: ContrastiveLoss, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.loss = loss
        # The loss is divided by what the whole step, over all processes, has of positives or pairs.
        self.loss_is_scaled_for_ga = True
        self.pair_metrics: PairMetrics | None = None

    @cached_property
    def _num_parameters(self) -> int:
        return self.model.num_parameters(exclude_embeddings=True)

    def floating_point_ops(self, inputs: dict[str, Any]) -> int:
        """Estimate the operations of a step as transformers does, which counts the parameters in every step.

        Args:
            inputs: What the collator gives.

        Returns:
            Six for each token of the texts and parameter.
        """
        return 6 * inputs["input_ids"].numel() * self._num_parameters

    def _get_num_items_in_batch(self, batch_samples: list, device: torch.device) -> Tensor | None:
        # Pairs are counted in compute_loss: how many concepts the processes have together is known only there.
        if self.loss.normalization == "pairs":
            return None
        count = torch.tensor(sum(len(batch["positives"]) for batch in batch_samples), device=device)
        if self.args.world_size > 1:
            dist.all_reduce(count)
        return count.clamp(min=1)

    def training_step(self, model: nn.Module, inputs: dict[str, Any], num_items_in_batch: Any = None) -> Tensor:
        """Learn from a batch, as transformers does, but leave a model in training mode that is.

        Going through all modules before each step takes longer than a GPU needs for the step.

        Args:
            model: The bi-encoder, perhaps wrapped.
            inputs: What the collator gives.
            num_items_in_batch: As for `compute_loss`.

        Returns:
            The loss.
        """
        if model is not self.model or not model.training:
            return super().training_step(model, inputs, num_items_in_batch)
        model.train = lambda mode=True: model
        try:
            return super().training_step(model, inputs, num_items_in_batch)
        finally:
            del model.train

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """Compute the loss of a batch, over the concepts of all processes.

        Args:
            model: The bi-encoder, perhaps wrapped for data-parallel training.
            inputs: What the collator gives.
            return_outputs: Whether to return the model's output too.
            num_items_in_batch: Positives of the whole step, over all processes and accumulated batches.

        Returns:
            The loss, or the loss and the output.
        """
        outputs = self._encode(model, inputs)
        concepts, columns = gather_concepts(cast(Tensor, outputs.concept_embeddings), inputs["concept_ids"])
        positives = inputs["positives"].clone()
        positives[:, 1] = columns[positives[:, 1]]
        loss = self._summed_loss(cast(Tensor, outputs.token_embeddings), concepts, positives, inputs["token_mask"])
        if self.loss.normalization == "pairs":
            divisor = self._divisor(inputs, len(concepts))
            if self.args.world_size > 1:
                dist.all_reduce(divisor)
            divisor = divisor * self.current_gradient_accumulation_steps
        else:
            divisor = num_items_in_batch if num_items_in_batch is not None else self._divisor(inputs, len(concepts))
        # Gradients are averaged over the processes; the loss is a share of the sum over all of them.
        loss = loss * self.args.world_size / divisor
        return (loss, outputs) if return_outputs else loss

    def _encode(self, model: nn.Module, inputs: dict[str, Any]) -> NuNerForPreTrainingOutput:
        lower, concept_lower = inputs.get("lower_hidden_states"), inputs.get("concept_lower_hidden_states")
        return model(
            input_ids=inputs["input_ids"],
            attention_mask=inputs.get("attention_mask"),
            **inputs.get("text_packing", {}),
            concept_input_ids=inputs["concept_input_ids"],
            concept_attention_mask=inputs.get("concept_attention_mask"),
            concept_packing=inputs.get("concept_packing"),
            lower_hidden_states=lower,
            num_lower_layers=self.args.num_frozen_text_layers if lower is not None else 0,
            concept_lower_hidden_states=concept_lower,
            num_concept_lower_layers=self.args.num_frozen_concept_layers if concept_lower is not None else 0,
            return_dict=True,
        )

    def _summed_loss(self, tokens: Tensor, concepts: Tensor, positives: Tensor, token_mask: Tensor) -> Tensor:
        # Half precision would lose the small differences of large sums; this product is a sliver of a step's work.
        with torch.autocast(tokens.device.type, enabled=False):
            tokens, concepts = tokens.flatten(0, 1).float(), concepts.float()
            return self.loss(tokens, concepts, positives, token_mask.flatten(), self.model.config.temperature)

    def _divisor(self, inputs: dict[str, Tensor], num_concepts: int) -> Any:
        """Count in this process's batch what the loss is divided by."""
        if self.loss.normalization == "pairs":
            return (inputs["token_mask"].sum() * num_concepts).clamp(min=1)
        return max(1, len(inputs["positives"]))

    @torch.no_grad()
    def prediction_step(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        prediction_loss_only: bool,
        ignore_keys: list[str] | None = None,
    ) -> tuple[Tensor | None, None, None]:
        """Compute the loss of a validation batch; the logits of its pairs are counted, not kept.

        Args:
            model: The bi-encoder.
            inputs: What the collator gives.
            prediction_loss_only: Not used: there is never anything but the loss.
            ignore_keys: Not used.

        Returns:
            The loss, and nothing for predictions and labels.
        """
        inputs = self._prepare_inputs(inputs)
        with self.compute_loss_context_manager():
            outputs = self._encode(model, inputs)
        tokens, concepts = cast(Tensor, outputs.token_embeddings), cast(Tensor, outputs.concept_embeddings)
        loss = self._summed_loss(tokens, concepts, inputs["positives"], inputs["token_mask"])
        if self.pair_metrics is not None:
            mask = inputs["token_mask"].flatten()
            place = mask.cumsum(0) - 1
            positives = torch.stack([place[inputs["positives"][:, 0]], inputs["positives"][:, 1]], dim=1)
            real = tokens.flatten(0, 1)[mask].float()
            self.pair_metrics.add(self.model.score(real, concepts.float()), positives)
        return loss / self._divisor(inputs, len(concepts)), None, None

    def evaluation_loop(self, *args: Any, metric_key_prefix: str = "eval", **kwargs: Any) -> EvalLoopOutput:
        """Measure loss, average precision and F1 at the best threshold over (token, concept) pairs.

        Args:
            *args: As for `transformers.Trainer.evaluation_loop`.
            metric_key_prefix: What the names of the metrics begin with.
            **kwargs: As for `transformers.Trainer.evaluation_loop`.

        Returns:
            The output of the loop; its metrics have those of `PairMetrics` besides.
        """
        self.pair_metrics = PairMetrics()
        # What is kept of the text encoder's lower layers belongs to the training texts.
        kept, self.data_collator.lower_layers = self.data_collator.lower_layers, None
        try:
            output = super().evaluation_loop(*args, metric_key_prefix=metric_key_prefix, **kwargs)
        finally:
            self.data_collator.lower_layers = kept
        self.pair_metrics.all_reduce()
        metrics = {f"{metric_key_prefix}_{name}": value for name, value in self.pair_metrics.compute().items()}
        self.pair_metrics = None
        return output._replace(metrics={**(output.metrics or {}), **metrics})
