"""The NuNER models: a text encoder, the bi-encoder that trains it, and a token classifier on top of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModel, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput, TokenClassifierOutput
from transformers.utils.generic import ModelOutput

from .classifier_head import ClassifierHead, HeadLinear
from .concept_batches import ROWS_MULTIPLE, group_by_length
from .configuration_nuner import CODE_VERSION, NuNerConfig
from .encoder_loading import drop_pooler, load_encoder
from .layer_split import below_all_training, starting_from
from .loss import contrastive_bce

AUTO_MAP = {
    "AutoConfig": "configuration_nuner.NuNerConfig",
    "AutoModel": "modeling_nuner.NuNerModel",
    "AutoModelForPreTraining": "modeling_nuner.NuNerForPreTraining",
    "AutoModelForTokenClassification": "modeling_nuner.NuNerForTokenClassification",
}


def _build_encoder(config: Any) -> PreTrainedModel:
    return drop_pooler(AutoModel.from_config(config, trust_remote_code=False))


def _encode(
    encoder: PreTrainedModel,
    input_ids: Tensor | None,
    attention_mask: Tensor | None,
    lower_hidden_states: Tensor | None,
    num_lower_layers: int,
    **kwargs: Any,
) -> Any:
    if lower_hidden_states is None:
        return encoder(input_ids=input_ids, attention_mask=attention_mask, return_dict=True, **kwargs)
    upper = starting_from(encoder, num_lower_layers)
    return upper(inputs_embeds=lower_hidden_states, attention_mask=attention_mask, return_dict=True, **kwargs)


class NuNerPreTrainedModel(PreTrainedModel):
    """What the NuNER models share: configuration, weights, loading and saving."""

    config_class = NuNerConfig
    base_model_prefix = "nuner"
    # Of the class; a model whose encoders do not support it says so itself.
    supports_gradient_checkpointing = True
    # A checkpoint of the bi-encoder holds more than the other classes want.
    _keys_to_ignore_on_load_unexpected = [r"^concept_encoder\."]
    _supports_sdpa = True
    _supports_flash_attn = True
    _supports_attention_backend = True

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, (nn.Linear, HeadLinear)):
            nn.init.normal_(module.weight, std=getattr(self.config.text_config, "initializer_range", 0.02))
            if module.bias is not None:
                nn.init.zeros_(module.bias)

    def train(self, mode: bool = True) -> NuNerPreTrainedModel:
        """Switch training mode.

        What lies below all that is trained, such as frozen lowest layers, stays as in evaluation: its output for a
        text is the same each time, and dropout there would only be noise. All else is as in any model of
        transformers, frozen layers above trained ones and layers with adapters included.

        Args:
            mode: Whether to train.

        Returns:
            The model.
        """
        super().train(mode)
        if mode:
            for encoder in self._encoders():
                for module in below_all_training(encoder):
                    module.eval()
        return self

    def _encoders(self) -> list[PreTrainedModel]:
        """Return the encoders of the base architectures."""
        return [module.encoder for module in self.modules() if isinstance(module, NuNerModel)]

    def save_pretrained(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, save_directory: str | os.PathLike[str], **kwargs: Any
    ) -> None:
        """Save weights and configuration, with the code that loads them where `nuner` is not installed.

        Args:
            save_directory: Folder to write to.
            **kwargs: As for `transformers.PreTrainedModel.save_pretrained`.
        """
        # Every class loads every NuNER checkpoint, so all of them are named, not only the one that saved it.
        self.config.auto_map = dict(AUTO_MAP)
        self.config.nuner_version = CODE_VERSION
        super().save_pretrained(save_directory, **kwargs)

    def push_to_hub(  # pyright: ignore[reportIncompatibleVariableOverride]
        self, repo_id: str, *, private: bool | None = None, **kwargs: Any
    ) -> str:
        """Push weights, configuration and code to the Hub.

        Args:
            repo_id: Repository, `name` or `namespace/name`.
            private: Visibility of a repository that does not exist yet: private, unless this is False.
            **kwargs: As for `transformers.PreTrainedModel.push_to_hub`.

        Returns:
            Address of the commit.
        """
        return super().push_to_hub(repo_id, private=private is not False, **kwargs)  # pyright: ignore[reportArgumentType]


class NuNerModel(NuNerPreTrainedModel):
    """The text encoder of NuNER: a drop-in replacement for its base model (section 3.3).

    Args:
        config: Its configuration.

    Example:
        ```python
        >>> import torch
        >>> from nuner import NuNerConfig, NuNerModel
        >>> from transformers import BertConfig
        >>> tiny = BertConfig(hidden_size=32, num_attention_heads=2, num_hidden_layers=2, intermediate_size=64)
        >>> model = NuNerModel(NuNerConfig(text_config=tiny))
        >>> model(input_ids=torch.tensor([[101, 2003, 102]])).last_hidden_state.shape
        torch.Size([1, 3, 32])

        ```
    """

    def __init__(self, config: NuNerConfig) -> None:
        super().__init__(config)
        self.encoder = _build_encoder(config.text_config)
        self.supports_gradient_checkpointing = self.encoder.supports_gradient_checkpointing
        self.post_init()

    def get_input_embeddings(self) -> nn.Module:
        """Return the token embeddings of the encoder."""
        return self.encoder.get_input_embeddings()

    def set_input_embeddings(self, value: nn.Module) -> None:
        """Replace the token embeddings of the encoder."""
        self.encoder.set_input_embeddings(value)

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        lower_hidden_states: Tensor | None = None,
        num_lower_layers: int = 0,
        output_hidden_states: bool | list[int] | None = None,
        output_attentions: bool | None = None,
        return_dict: bool | None = None,
        **kwargs: Any,
    ) -> BaseModelOutput | tuple[Tensor, ...]:
        """Encode tokens.

        Args:
            input_ids: Token ids, `(batch, length)`.
            attention_mask: 1 for tokens, 0 for padding, `(batch, length)`.
            lower_hidden_states: Instead of `input_ids`: what the lowest layers gave for them, kept from before,
                `(batch, length, hidden_size)`.
            num_lower_layers: How many layers `lower_hidden_states` has been through.
            output_hidden_states: Whether to return the hidden states; the configuration decides when left out.
            output_attentions: Whether to return the attentions, which needs `attn_implementation="eager"`; the
                configuration decides when left out.
            return_dict: Whether to return a named output; the configuration decides when left out.
            **kwargs: Whatever else the encoder's `forward` takes (`token_type_ids`, `position_ids`, ...).

        Returns:
            The encoder's output; `last_hidden_state` is `(batch, length, hidden_size)`.
        """
        return_dict = return_dict if return_dict is not None else self.config.return_dict
        asked = {"output_hidden_states": output_hidden_states, "output_attentions": output_attentions}
        for name, value in asked.items():
            value = value if value is not None else getattr(self.config, name)
            # Where nobody asks, the encoder's own configuration may.
            if value or asked[name] is not None:
                kwargs[name] = value
        output = _encode(self.encoder, input_ids, attention_mask, lower_hidden_states, num_lower_layers, **kwargs)
        return output if return_dict else output.to_tuple()


@dataclass
class NuNerForPreTrainingOutput(ModelOutput):
    """Output of `NuNerForPreTraining`.

    Args:
        loss: Binary cross-entropy divided by the number of positives, when positives are given.
        token_embeddings: Vectors of the tokens, `(batch, length, hidden_size)`.
        concept_embeddings: Vectors of the concepts, `(concepts, hidden_size)`.
        hidden_states: Those of the text encoder, if asked for: of its embeddings and of each layer,
            `(batch, length, hidden_size)`. The concept encoder reads names in groups of one length each, so that its
            own have no common form; `model.concept_encoder(...)` gives them.
        attentions: Those of the text encoder, if asked for: of each layer, `(batch, heads, length, length)`.
    """

    loss: Tensor | None = None
    token_embeddings: Tensor | None = None
    concept_embeddings: Tensor | None = None
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


class NuNerForPreTraining(NuNerPreTrainedModel):
    """The bi-encoder of figure 5: a text encoder and a concept encoder whose vectors learn to agree.

    Args:
        config: Its configuration.

    Example:
        ```python
        >>> from nuner import NuNerForPreTraining
        >>> model = NuNerForPreTraining.from_encoders("roberta-base", "roberta-base")

        ```
    """

    def __init__(self, config: NuNerConfig) -> None:
        super().__init__(config)
        self.nuner = NuNerModel(config)
        self.concept_encoder = _build_encoder(config.concept_config)
        self.concept_projection = None
        if config.concept_projection:
            self.add_concept_projection()
        self.supports_gradient_checkpointing = (
            self.nuner.supports_gradient_checkpointing and self.concept_encoder.supports_gradient_checkpointing
        )
        self.post_init()

    @classmethod
    def from_encoders(
        cls,
        text_encoder: str | os.PathLike[str],
        concept_encoder: str | os.PathLike[str] | None = None,
        **kwargs: Any,
    ) -> NuNerForPreTraining:
        """Start a bi-encoder from two pre-trained encoders.

        Args:
            text_encoder: Folder or Hub id of the encoder of the text.
            concept_encoder: The same for the concept names; the text encoder again when left out.
            **kwargs: Further fields of `NuNerConfig`.

        Returns:
            The bi-encoder with the weights of both.

        Raises:
            OSError: If one of them does not exist.
            ValueError: If their vectors differ in length, or one lacks weights or needs code of its own.
        """
        text = load_encoder(text_encoder)
        concept = load_encoder(concept_encoder if concept_encoder is not None else text_encoder)
        config = NuNerConfig(text_config=text.config, concept_config=concept.config, **kwargs)
        model = cls(config)
        model.nuner.encoder = text
        model.concept_encoder = concept
        return model

    def get_input_embeddings(self) -> nn.Module:
        """Return the token embeddings of the text encoder."""
        return self.nuner.get_input_embeddings()

    def set_input_embeddings(self, value: nn.Module) -> None:
        """Replace the token embeddings of the text encoder."""
        self.nuner.set_input_embeddings(value)

    def add_concept_projection(self) -> nn.Linear:
        """Let the vectors of concept names go through a linear layer, which changes nothing at first.

        Returns:
            The layer.
        """
        self.config.concept_projection = True
        weight = next(self.concept_encoder.parameters())
        size = self.config.hidden_size
        self.concept_projection = nn.Linear(size, size, device=weight.device, dtype=weight.dtype)
        nn.init.eye_(self.concept_projection.weight)
        nn.init.zeros_(self.concept_projection.bias)
        return self.concept_projection

    def resize_token_embeddings(
        self, new_num_tokens: int | None = None, pad_to_multiple_of: int | None = None, mean_resizing: bool = True
    ) -> nn.Embedding:
        """Resize the token embeddings of the text encoder, and with them those of a concept encoder with as many.

        A concept encoder with a vocabulary of another size has a tokenizer of its own and stays as it is.

        Args:
            new_num_tokens: Number of tokens; those of now when left out.
            pad_to_multiple_of: Round it up to a multiple of this.
            mean_resizing: Whether new tokens start near the mean of the others.

        Returns:
            The token embeddings of the text encoder.
        """
        configs: Any = (self.config.text_config, self.config.concept_config)
        text_size, concept_size = (config.vocab_size for config in configs)
        options = (new_num_tokens, pad_to_multiple_of, mean_resizing)
        embeddings = super().resize_token_embeddings(*options)
        if concept_size == text_size:
            self.concept_encoder.resize_token_embeddings(*options)
        return embeddings

    def _encoders(self) -> list[PreTrainedModel]:
        return [*super()._encoders(), self.concept_encoder]

    def encode_concepts(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None,
        lower_hidden_states: Tensor | None = None,
        num_lower_layers: int = 0,
        packing: dict[str, Any] | None = None,
    ) -> Tensor:
        """Compute the vectors of concept names.

        Names are short and of uneven length, so they are encoded in a few groups of similar length: the result
        is that of one padded batch, at about half its work.

        Args:
            input_ids: Token ids of the names, `(concepts, length)`.
            attention_mask: 1 for tokens, 0 for padding (on the right), `(concepts, length)`.
            lower_hidden_states: Instead of `input_ids`: what the lowest layers gave for them, kept from before,
                `(concepts, length, hidden_size)`.
            num_lower_layers: How many layers `lower_hidden_states` has been through.
            packing: Instead of `attention_mask`, for names that lie end to end, `(1, tokens)`: the other inputs that
                transformers has for that, `position_ids`, `cu_seq_lens_q`, ..., and `num_sequences`, how many names.

        Returns:
            The vectors, `(concepts, hidden_size)`.
        """
        if packing is not None:
            return self._encode_packed(input_ids, packing, lower_hidden_states, num_lower_layers)
        assert attention_mask is not None
        if torch.compiler.is_compiling():
            # A graph cannot depend on the lengths of the names.
            return self._encode_batch(input_ids, attention_mask, lower_hidden_states, num_lower_layers)
        vectors, order = [], []
        for rows, length in group_by_length(attention_mask.sum(1).tolist()):
            # Filled up with names that are there already: CPU kernels are compiled, and kept, for each number of rows.
            filling = rows[:1] * (-len(rows) % ROWS_MULTIPLE)
            index = torch.tensor(rows + filling, device=input_ids.device)
            mask = attention_mask[index, :length]
            lower = None if lower_hidden_states is None else lower_hidden_states[index, :length]
            pooled = self._encode_batch(input_ids[index, :length], mask, lower, num_lower_layers)
            vectors.append(pooled[: len(rows)])
            order.append(index[: len(rows)])
        in_order = torch.cat(vectors)[torch.cat(order).argsort()]
        return in_order if self.concept_projection is None else self.concept_projection(in_order)

    def _encode_packed(
        self, input_ids: Tensor, packing: dict[str, Any], lower_hidden_states: Tensor | None, num_lower_layers: int
    ) -> Tensor:
        states = _encode(
            self.concept_encoder, input_ids, None, lower_hidden_states, num_lower_layers, **packing
        ).last_hidden_state[0]
        # More sequences may follow that only fill up the row.
        starts = packing["cu_seq_lens_q"][: packing["num_sequences"] + 1]
        if self.config.concept_pooling == "cls":
            pooled = states.index_select(0, starts[:-1])
        else:
            tokens = torch.arange(len(states), device=states.device)
            names = torch.bucketize(tokens, starts[1:], right=True)
            sums = states.new_zeros(len(starts), states.shape[1]).index_add(0, names, states)
            pooled = sums[:-1] / starts.diff()[:, None]
        return pooled if self.concept_projection is None else self.concept_projection(pooled)

    def _encode_batch(
        self, input_ids: Tensor, attention_mask: Tensor, lower_hidden_states: Tensor | None, num_lower_layers: int
    ) -> Tensor:
        states = _encode(
            self.concept_encoder, input_ids, attention_mask, lower_hidden_states, num_lower_layers
        ).last_hidden_state
        if self.config.concept_pooling == "cls":
            return states[:, 0]
        weights = attention_mask.unsqueeze(-1).to(states.dtype)
        return (states * weights).sum(1) / weights.sum(1)

    def score(self, token_embeddings: Tensor, concept_embeddings: Tensor) -> Tensor:
        """Compute the logits that tokens instantiate concepts; their sigmoid is the probability (section 3.2).

        Args:
            token_embeddings: `(..., hidden_size)`.
            concept_embeddings: `(concepts, hidden_size)`.

        Returns:
            The logits, `(..., concepts)`.
        """
        return token_embeddings @ concept_embeddings.T / self.config.temperature

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        concept_input_ids: Tensor | None = None,
        concept_attention_mask: Tensor | None = None,
        token_mask: Tensor | None = None,
        positives: Tensor | None = None,
        concept_lower_hidden_states: Tensor | None = None,
        num_concept_lower_layers: int = 0,
        concept_packing: dict[str, Any] | None = None,
        return_dict: bool | None = None,
        **kwargs: Any,
    ) -> NuNerForPreTrainingOutput | tuple[Tensor, ...]:
        """Encode texts and the concepts of their batch, and compare them.

        Args:
            input_ids: Token ids of the texts, `(batch, length)`.
            attention_mask: 1 for tokens, 0 for padding, `(batch, length)`.
            concept_input_ids: Token ids of the batch's unique concept names, `(concepts, concept_length)`.
            concept_attention_mask: The same for their padding.
            token_mask: True for the tokens that carry loss (no special tokens, no padding), `(batch, length)`.
            positives: Index into the flattened tokens and index of the concept of each pair that agrees,
                `(pairs, 2)`; without it no loss is computed.
            concept_lower_hidden_states: As `lower_hidden_states` of the text encoder, for the concept encoder.
            num_concept_lower_layers: How many layers they have been through.
            concept_packing: Instead of `concept_attention_mask`, as `packing` of `encode_concepts`.
            return_dict: Whether to return a named output.
            **kwargs: Passed on to the text encoder, such as `output_hidden_states`, `output_attentions`, and what it
                takes for texts that lie end to end.

        Returns:
            Vectors of tokens and concepts, and the loss where positives are given.
        """
        return_dict = return_dict if return_dict is not None else self.config.return_dict
        text = self.nuner(input_ids, attention_mask, return_dict=True, **kwargs)
        states = text.last_hidden_state
        concepts = None
        if concept_input_ids is not None and (concept_attention_mask is not None or concept_packing is not None):
            concepts = self.encode_concepts(
                concept_input_ids,
                concept_attention_mask,
                concept_lower_hidden_states,
                num_concept_lower_layers,
                concept_packing,
            )
        loss = None
        if positives is not None and concepts is not None and token_mask is not None:
            loss = contrastive_bce(
                states.flatten(0, 1), concepts, positives, token_mask.flatten(), self.config.temperature
            ) / max(1, len(positives))
        output = NuNerForPreTrainingOutput(loss, states, concepts, text.hidden_states, text.attentions)
        return output if return_dict else output.to_tuple()


class NuNerForTokenClassification(NuNerPreTrainedModel):
    """A NuNER encoder with a classifier over the vector of each token (sections 4.1 and 6).

    Args:
        config: Its configuration; `id2label` names the labels.

    Example:
        ```python
        >>> from nuner import NuNerForTokenClassification
        >>> model = NuNerForTokenClassification.from_encoder("nuner-roberta", ["O", "B-drug"])

        ```
    """

    def __init__(self, config: NuNerConfig) -> None:
        super().__init__(config)
        self.num_labels = int(config.num_labels or 0)
        self.nuner = NuNerModel(config)
        self.supports_gradient_checkpointing = self.nuner.supports_gradient_checkpointing
        self.classifier = ClassifierHead(
            config.hidden_size * len(config.feature_layers),
            config.hidden_size,
            self.num_labels,
            config.num_classifier_layers,
            config.classifier_dropout,
        )
        self.post_init()

    @classmethod
    def from_encoder(
        cls, encoder: str | os.PathLike[str], labels: Sequence[str], **kwargs: Any
    ) -> NuNerForTokenClassification:
        """Put a new classifier on a pre-trained encoder.

        Args:
            encoder: Folder or Hub id of a NuNER checkpoint or of a plain encoder.
            labels: Names of the labels, in the order of their ids.
            **kwargs: Further fields of `NuNerConfig`, such as `num_classifier_layers`.

        Returns:
            The recognizer, to be fine-tuned.

        Raises:
            OSError: If the encoder does not exist.
            ValueError: If it lacks weights or needs code of its own.
        """
        text = load_encoder(encoder)
        names = dict(enumerate(labels))
        config = NuNerConfig(
            text_config=text.config, id2label=names, label2id={name: i for i, name in names.items()}, **kwargs
        )
        model = cls(config)
        model.nuner.encoder = text
        return model

    def get_input_embeddings(self) -> nn.Module:
        """Return the token embeddings of the encoder."""
        return self.nuner.get_input_embeddings()

    def set_input_embeddings(self, value: nn.Module) -> None:
        """Replace the token embeddings of the encoder."""
        self.nuner.set_input_embeddings(value)

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        num_items_in_batch: Tensor | int | None = None,
        output_hidden_states: bool | list[int] | None = None,
        return_dict: bool | None = None,
        **kwargs: Any,
    ) -> TokenClassifierOutput | tuple[Tensor, ...]:
        """Classify tokens.

        Args:
            input_ids: Token ids, `(batch, length)`.
            attention_mask: 1 for tokens, 0 for padding, `(batch, length)`.
            labels: Label ids, -100 where there is none, `(batch, length)`.
            num_items_in_batch: Labels over all accumulated batches; the loss is the sum over the labels divided
                by it. The mean over this batch when left out.
            output_hidden_states: Whether to return the encoder's hidden states; the configuration decides when left
                out.
            return_dict: Whether to return a named output.
            **kwargs: Passed on to the encoder, such as `output_attentions`.

        Returns:
            The logits, `(batch, length, labels)`, and the cross-entropy where labels are given.
        """
        return_dict = return_dict if return_dict is not None else self.config.return_dict
        layers = list(self.config.feature_layers)
        if output_hidden_states is None:
            output_hidden_states = self.config.output_hidden_states
        if layers == [-1]:
            output = self.nuner(
                input_ids, attention_mask, return_dict=True, output_hidden_states=output_hidden_states, **kwargs
            )
            features, hidden_states = output.last_hidden_state, output.hidden_states
        else:
            output = self.nuner(input_ids, attention_mask, return_dict=True, output_hidden_states=True, **kwargs)
            features = torch.cat([output.hidden_states[layer] for layer in layers], dim=-1)
            hidden_states = output.hidden_states if output_hidden_states else None
        logits = self.classifier(features)
        loss = None
        if labels is not None:
            loss = nn.functional.cross_entropy(
                logits.flatten(0, 1).float(),
                labels.flatten(),
                reduction="mean" if num_items_in_batch is None else "sum",
            )
            if num_items_in_batch is not None:
                loss = loss / num_items_in_batch
        result = TokenClassifierOutput(
            loss=loss,  # pyright: ignore[reportArgumentType]
            logits=logits,
            hidden_states=hidden_states,
            attentions=output.attentions,
        )
        return result if return_dict else result.to_tuple()


NuNerConfig.register_for_auto_class()
NuNerModel.register_for_auto_class("AutoModel")
NuNerForPreTraining.register_for_auto_class("AutoModelForPreTraining")
NuNerForTokenClassification.register_for_auto_class("AutoModelForTokenClassification")
