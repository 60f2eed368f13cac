"""The seam through which a trainer's models get their card."""

from __future__ import annotations

import os
from typing import Any, Protocol, cast, runtime_checkable

from transformers import Trainer


@runtime_checkable
class CardWriter(Protocol):
    """A callback that keeps account of the training, such as `nuner.hub_cards.ModelCardCallback`."""

    def write_card(self, folder: str | os.PathLike[str], *, model_id: str | None = None, **stated: Any) -> Any:
        """Write the card of a model that was saved.

        Args:
            folder: Where the model lies.
            model_id: What users will load it by.
            **stated: What the caller says about the model: `license`, `language`, `sentences`, `sample`,
                `type_scores`.
        """


class CardWritingTrainer(Trainer):
    """A Trainer whose models have the card that one of its callbacks writes, if one does.

    Otherwise it is `transformers.Trainer` unchanged, with the draft that `create_model_card` makes there.
    """

    def save_model(self, output_dir: str | None = None, _internal_call: bool = False) -> None:
        """Save the model, and its card beside it.

        Args:
            output_dir: Where to write; the folder of the run when left out.
            _internal_call: Whether the Trainer itself asks for it.
        """
        super().save_model(output_dir, _internal_call)
        writer = self._card_writer()
        if writer is not None and self.args.should_save:
            writer.write_card(output_dir or cast(str, self.args.output_dir), model_id=self.hub_model_id)

    def create_model_card(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, license: str | None = None, language: str | list[str] | None = None, **kwargs: Any
    ) -> None:
        """Write the card into the folder of the run; `push_to_hub` calls this.

        Args:
            license: The model's license, as the Hub names it.
            language: Code or codes of the text's language.
            **kwargs: As for `transformers.Trainer.create_model_card`; used where no callback writes cards.
        """
        writer = self._card_writer()
        if writer is None:
            super().create_model_card(license=license, language=cast(Any, language), **kwargs)
        elif self.is_world_process_zero():
            writer.write_card(
                cast(str, self.args.output_dir), model_id=self.hub_model_id, license=license, language=language
            )

    def _card_writer(self) -> CardWriter | None:
        callbacks = self.callback_handler.callbacks
        return next((callback for callback in callbacks if isinstance(callback, CardWriter)), None)
