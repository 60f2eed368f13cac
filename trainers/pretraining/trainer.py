"""Contrastive pre-training of a NuNER bi-encoder (section 3.2)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, cast

import torch
from datasets import Dataset, IterableDataset
from torch import nn
from torch.utils.data import Sampler
from transformers import PreTrainedTokenizerBase

from nuner.data_builders.corpus.concept_counts import arrow_tables, list_column
from nuner.modeling_nuner.configuration_nuner import NuNerConfig
from nuner.modeling_nuner.input_length import longest_input
from nuner.modeling_nuner.modeling_nuner import NuNerForPreTraining
from nuner.modeling_nuner.recognition.bi_encoder_loading import CONCEPT_TOKENIZER

from ..checkpoints import latest_complete_checkpoint
from ..freezing import freeze_lower_layers
from ..progress import counted
from .arguments import ContrastiveTrainingArguments
from .calibration import Calibration, calibrate
from .centering.encoders import Centering, center_encoders
from .collator import ContrastiveCollator
from .concept_table import ConceptTable
from .corpora.prepared_corpora import PreparedCorpora, Reading
from .corpora.streamed_concepts import StreamedConcepts
from .gpu.fitting_batch import fit_batch
from .gpu.packed_encoders import graphs_of_packed_encoders, pack_encoders
from .length_sampler import BATCHES_A_POOL, EpochCallback, LengthGroupedSampler
from .losses.contrastive_loss import ContrastiveLoss
from .lower_layer_cache import LowerLayerCache, can_be_kept
from .pair_loss_trainer import PairLossTrainer
from .validation.learning import why_not_learnt

# Enough for two mean vectors, and a matter of seconds.
CENTERING_SENTENCES = 256


class ContrastiveTrainer(PairLossTrainer):
    """`transformers.Trainer` for `NuNerForPreTraining` on an LLM-annotated corpus.

    Tokenizes the corpus, freezes the lower layers, groups texts by length, shares the concepts between the
    processes of a data-parallel run, and measures average precision and F1 over (token, concept) pairs. What it saves
    holds the tokenizers of both encoders.

    Args:
        model: The bi-encoder.
        args: The arguments; with a loss of its own the trainer has a copy, which notes that.
        train_dataset: Corpus rows to learn from: `text`, `entities` with `start`, `end`, `concept`. A stream is read
            while the model learns, for `max_steps` steps.
        eval_dataset: Corpus rows to measure on, of many a part (`max_eval_samples`), of a stream its beginning.
        processing_class: Tokenizer of the text encoder.
        concept_processing_class: Tokenizer of the concept encoder; that of the text encoder when left out.
        loss: What is learnt from and measured in validation; `ContrastiveBCELoss` with the `loss_normalization` of
            the arguments when left out.
        **kwargs: As for `transformers.Trainer`.

    Raises:
        TypeError: If the loss is none.
        ValueError: If the corpus has no concept, more layers shall be frozen than there are, or the loss is divided
            by something else than positives or pairs.

    Example:
        ```python
        >>> from nuner import ContrastiveTrainer, ContrastiveTrainingArguments
        >>> trainer = ContrastiveTrainer(  # takes hours  # doctest: +SKIP
        ...     model=model,
        ...     args=ContrastiveTrainingArguments.preset("paper", output_dir="runs/nuner"),
        ...     train_dataset=corpus["train"],
        ...     eval_dataset=corpus["validation"],
        ...     processing_class=tokenizer,
        ... )
        >>> trainer.train()  # takes hours  # doctest: +SKIP

        ```
    """

    def __init__(
        self,
        model: NuNerForPreTraining,
        args: ContrastiveTrainingArguments,
        train_dataset: Dataset | IterableDataset | None = None,
        eval_dataset: Dataset | IterableDataset | None = None,
        *,
        processing_class: PreTrainedTokenizerBase,
        concept_processing_class: PreTrainedTokenizerBase | None = None,
        loss: ContrastiveLoss | None = None,
        **kwargs: Any,
    ) -> None:
        if loss is not None:
            # A copy: the caller may give the same arguments to another trainer, without a loss.
            args = args.with_loss(loss)
        own = concept_processing_class is not processing_class
        self.concept_processing_class = concept_processing_class if own else None
        self.centering: Centering | None = None
        args.check_depths(model.config.text_config.num_hidden_layers, model.config.concept_config.num_hidden_layers)
        freeze_lower_layers(model.nuner.encoder, args.num_frozen_text_layers)
        freeze_lower_layers(model.concept_encoder, args.num_frozen_concept_layers)
        concept_tokenizer = concept_processing_class or processing_class
        longest_name = longest_input(model.config.concept_config, concept_tokenizer.model_max_length)
        self.reading = Reading(
            processing_class,
            min(args.max_length, longest_input(model.config, processing_class.model_max_length)),
            concept_tokenizer,
            min(args.max_concept_length, longest_name),
        )
        self.corpora = PreparedCorpora.of(train_dataset, eval_dataset, self.reading, args)
        self.concepts = self.corpora.concepts
        pad_token_id = cast(int, processing_class.pad_token_id or 0)
        super().__init__(
            model=model,
            args=args,
            data_collator=ContrastiveCollator(self.concepts, pad_token_id),
            train_dataset=self.corpora.train,
            eval_dataset=self.corpora.evaluation,
            processing_class=processing_class,
            loss=loss if loss is not None else args.default_loss(),
            **kwargs,
        )
        self.show_progress("Pre-training")
        if args.packs and self.corpora.train is not None:
            pack_encoders(self, [row["input_ids"] for row in self._spread_rows(2)], self.reading.max_length)

    def train(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, resume_from_checkpoint: str | bool | None = None, **kwargs: Any
    ) -> Any:
        """Train.

        Args:
            resume_from_checkpoint: A checkpoint's folder; or True for the newest complete one of the output
                folder, from the beginning where there is none.
            **kwargs: As for `transformers.Trainer.train`.

        Returns:
            What `transformers.Trainer.train` returns.

        Raises:
            ValueError: If the GPU has too little memory.
        """
        if resume_from_checkpoint is True:
            newest = latest_complete_checkpoint(cast(str, self.args.output_dir))
            resume_from_checkpoint = str(newest) if newest else None
        if resume_from_checkpoint:
            if NuNerConfig.from_pretrained(resume_from_checkpoint).concept_projection:
                self.model.add_concept_projection()
        elif self.corpora.train is not None:
            self._center_encoders(self._spread_rows(CENTERING_SENTENCES))
        args, train = self.args, self.corpora.train
        if args.cache_frozen_layers and isinstance(train, Dataset) and isinstance(self.concepts, ConceptTable):
            read = args.max_steps * args.train_batch_size * args.world_size * args.gradient_accumulation_steps
            if can_be_kept(train, self.model.config.hidden_size, read if args.max_steps > 0 else None):
                collator = self.data_collator
                collator.lower_layers = self._lower_layers(
                    self.model.nuner.encoder, args.num_frozen_text_layers, train["input_ids"][:]
                )
                collator.concept_lower_layers = self._lower_layers(
                    self.model.concept_encoder, args.num_frozen_concept_layers, self.concepts.input_ids
                )
        self.model.train()
        if self.args.device.type == "cuda" and isinstance(self.train_dataset, Dataset):
            fit_batch(self, self.train_dataset)
        try:
            with graphs_of_packed_encoders(self):
                return super().train(resume_from_checkpoint=resume_from_checkpoint, **kwargs)
        except torch.OutOfMemoryError as error:
            raise ValueError(
                f"the GPU ran out of memory after {self.state.global_step} steps: take a smaller batch "
                "(per_device_train_batch_size, --batch-size); checkpoints are kept"
            ) from error
        finally:
            self.data_collator.lower_layers = self.data_collator.concept_lower_layers = None

    def _spread_rows(self, number: int) -> list[dict[str, Any]]:
        """Return features from all over the corpus, of a stream from its beginning."""
        train = self.corpora.train
        if isinstance(train, Dataset):
            return [train[i] for i in range(0, len(train), max(1, len(train) // number))[:number]]
        return list(islice(cast(Any, train), number))

    def _center_encoders(self, rows: Sequence[dict[str, Any]]) -> None:
        """Give a new pair of encoders a start; one that was saved has had its own."""
        if getattr(self.model.config, "auto_map", None) is not None:
            return
        padding = replace(self.data_collator, packer=None, concept_packer=None)
        size = self.args.train_batch_size * self.args.world_size  # tokens meet the concepts of all processes

        def batches() -> Iterator[Any]:
            for chosen in (rows[start : start + size] for start in range(0, len(rows), size)):
                yield self._prepare_inputs(padding(chosen))
                advance(len(chosen))

        with counted("Centering the encoders", len(rows), "sentences", show=self.is_world_process_zero()) as advance:
            self.centering = center_encoders(self.model, batches())

    def _lower_layers(
        self, encoder: nn.Module, num_layers: int, sequences: Sequence[Sequence[int]]
    ) -> LowerLayerCache | None:
        # Training mode, in which frozen layers stay as in evaluation, for the numerics of the training steps.
        self.model.train()
        with self.compute_loss_context_manager():
            return LowerLayerCache.of_splittable(
                encoder,
                num_layers,
                sequences,
                self.data_collator.pad_token_id,
                show_progress=self.is_world_process_zero(),
            )

    def _get_train_sampler(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, train_dataset: Dataset | None = None
    ) -> Sampler | None:
        dataset = train_dataset if train_dataset is not None else self.train_dataset
        if self.args.train_sampling_strategy != "group_by_length" or not isinstance(dataset, Dataset):
            return super()._get_train_sampler(cast(Any, train_dataset))
        sampler = LengthGroupedSampler(
            dataset.with_format("numpy")["length"][:],
            self.args.train_batch_size,
            self.args.data_seed if self.args.data_seed is not None else self.args.seed,
            1 if self.data_collator.packer is not None else BATCHES_A_POOL,
        )
        self.remove_callback(EpochCallback)
        self.add_callback(EpochCallback(sampler))
        return sampler

    def create_optimizer(self, model: nn.Module | None = None) -> torch.optim.Optimizer:
        """Make the optimizer, with a learning rate of its own for the concept encoder where one is set.

        Args:
            model: The model; this trainer's when left out.

        Returns:
            The optimizer.
        """
        optimizer = super().create_optimizer() if model is None else super().create_optimizer(model)
        if self.args.concept_learning_rate is not None:
            text = {id(p) for p in self.model.nuner.parameters()}
            for group in list(optimizer.param_groups):
                own = [p for p in group["params"] if id(p) not in text]
                group["params"] = [p for p in group["params"] if id(p) in text]
                optimizer.add_param_group({**group, "params": own, "lr": self.args.concept_learning_rate})
        return optimizer

    def why_not_learnt(self, validation: Mapping[str, float]) -> str | None:
        """Say that the training came to nothing, and the likely reason.

        Args:
            validation: What `evaluate` returned after it.

        Returns:
            A sentence; None where the validation is better than chance, or cannot tell.
        """
        features = self.eval_dataset
        found = [len(tokens) for tokens in features["positive_tokens"]] if isinstance(features, Dataset) else []
        return why_not_learnt(
            validation,
            self.state.log_history,
            epochs=self.state.epoch or 0.0,
            sentences=len(found),
            positives=sum(found),
            learning_rate=self.args.learning_rate,
        )

    def calibrate(self) -> Calibration | None:
        """Fit the scores to the validation sentences, for use on entity types that are named at run time.

        Call it after training and before `save_model`; `pretrain` does. Every process makes the same fit.

        Returns:
            What `nuner.trainers.calibrate` fitted and wrote into the configuration of the model; None where there
            are no validation sentences with entities, and the scores stay as they are.

        Raises:
            ValueError: If the validation sentences have no pair that agrees, or only such.

        Example:
            ```python
            >>> trainer.train()  # takes hours  # doctest: +SKIP
            >>> trainer.calibrate().threshold  # takes hours  # doctest: +SKIP
            0.26
            >>> trainer.save_model("nuner-roberta")  # takes hours  # doctest: +SKIP

            ```
        """
        features, concepts, training = self.eval_dataset, self.concepts, self.train_dataset
        if not isinstance(features, Dataset) or not any(features["positive_tokens"]):
            return None
        trained: set[int] = set()
        if isinstance(concepts, StreamedConcepts):
            concepts, features = self.reading.features(cast(Dataset, self.corpora.measured))
            trained.update(range(len(concepts)))  # for all that is known
        elif isinstance(training, Dataset):
            for table in arrow_tables(training, ["positive_concepts"]):
                trained.update(list_column(table, "positive_concepts").flatten().unique().to_pylist())
        return calibrate(
            self.model,
            features,
            concepts,
            trained_concepts=frozenset(concepts.names[concept] for concept in trained),
            pad_token_id=self.data_collator.pad_token_id,
            seed=self.args.seed,
        )

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Any] | None = None) -> None:
        super()._save(output_dir, state_dict)
        if self.concept_processing_class is None:
            # An earlier model in the folder may have had one, and would lend it to this one.
            folder = Path(output_dir if output_dir is not None else cast(str, self.args.output_dir))
            shutil.rmtree(folder / CONCEPT_TOKENIZER, ignore_errors=True)

    def _write_files(self, folder: Path, state_dict: dict[str, Any] | None) -> None:
        super()._write_files(folder, state_dict)
        if self.concept_processing_class is not None:
            self.concept_processing_class.save_pretrained(folder / CONCEPT_TOKENIZER)
