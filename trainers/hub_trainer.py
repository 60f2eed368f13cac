"""What the trainers of this package save and push: nothing that could run, to nobody but its owner at first."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

from transformers import PrinterCallback, ProgressCallback, Trainer
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from nuner.data_builders.files.whole_files import whole_files
from nuner.modeling_nuner.encoder_loading import without_bars

from .checkpoints import write_manifest
from .machines import every_machine_writes
from .progress import TrainingProgress

ARGUMENTS_FILE = "training_args.json"


@runtime_checkable
class CardWriter(Protocol):
    """A callback that keeps account of the training, such as `nuner.hub_cards.ModelCardCallback`."""

    def write_card(self, folder: str | os.PathLike[str], *, model_id: str | None = None, **stated: Any) -> Any:
        """Write the card of a model that was saved.

        Args:
            folder: Where the model lies.
            model_id: What users will load it by.
            **stated: What the caller says about the model: `license`, `language`, `sentences`, `sample`,
                `type_scores`, `warning`.
        """


class HubTrainer(Trainer):
    """`transformers.Trainer` whose checkpoints hold no pickle, and whose new repositories on the Hub are private.

    Its models have the card that one of its callbacks writes, if one does; otherwise there is the draft that
    `create_model_card` makes in `transformers`.
    """

    def show_progress(self, description: str) -> None:
        """Show progress as the commands of this package do, in place of what showed it so far.

        Args:
            description: What the work is called.
        """
        for before in (ProgressCallback, PrinterCallback, TrainingProgress):
            self.remove_callback(before)
        self.add_callback(TrainingProgress(description))

    def init_hf_repo(self, token: str | None = None, private: bool | None = None) -> None:
        """Make the repository on the Hub, where there is none.

        Args:
            token: Access token; that of the arguments by default.
            private: Whether it is private; `args.hub_private_repo` decides by default, and where that is not set
                either, it is private.
        """
        if private is None:
            private = cast("bool | None", self.args.hub_private_repo)
        super().init_hf_repo(token=token, private=private is not False)

    def save_model(self, output_dir: str | None = None, _internal_call: bool = False) -> None:
        """Save the model, and its card beside it.

        Args:
            output_dir: Where to write; the folder of the run when left out.
            _internal_call: Whether the Trainer itself asks for it.
        """
        super().save_model(output_dir, _internal_call)
        if self.args.should_save:
            self.write_card(output_dir or cast(str, self.args.output_dir), model_id=self.hub_model_id)

    def write_card(self, folder: str | os.PathLike[str], **stated: Any) -> bool:
        """Write the card of a model that this training made, by the callback that writes cards.

        Args:
            folder: Where the model lies.
            **stated: As for `CardWriter.write_card`.

        Returns:
            Whether there is such a callback.
        """
        callbacks = self.callback_handler.callbacks
        writer = next((callback for callback in callbacks if isinstance(callback, CardWriter)), None)
        if writer is not None:
            writer.write_card(folder, **stated)
        return writer is not None

    def create_model_card(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, license: str | None = None, language: str | list[str] | None = None, **kwargs: Any
    ) -> None:
        """Write the card into the folder of the run; `push_to_hub` calls this.

        Args:
            license: The model's license, as the Hub names it.
            language: Code or codes of the text's language.
            **kwargs: As for `transformers.Trainer.create_model_card`; used where no callback writes cards.
        """
        if not self.is_world_process_zero():
            return
        folder = cast(str, self.args.output_dir)
        if not self.write_card(folder, model_id=self.hub_model_id, license=license, language=language):
            super().create_model_card(license=license, language=cast(Any, language), **kwargs)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        super()._save_checkpoint(model, trial)
        self._saved = Path(self._get_output_dir(trial), f"{PREFIX_CHECKPOINT_DIR}-{self.state.global_step}")

    def _maybe_log_save_evaluate(self, *args: Any, **kwargs: Any) -> None:
        self._saved: Path | None = None
        super()._maybe_log_save_evaluate(*args, **kwargs)
        if self._saved is None:
            return
        # Callbacks have written by now, and each process the state of its random numbers.
        self.accelerator.wait_for_everyone()
        if self.args.should_save:
            write_manifest(self._saved)

    def _run_epoch(self, *args: Any, **kwargs: Any) -> None:
        # A run that is resumed from its last step has none left.
        if self.state.global_step >= self.state.max_steps:
            self.control.should_training_stop = True
        else:
            super()._run_epoch(*args, **kwargs)

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Any] | None = None) -> None:
        with whole_files(output_dir if output_dir is not None else cast(str, self.args.output_dir)) as staging:
            self._write_files(staging, state_dict)

    def _write_files(self, folder: Path, state_dict: dict[str, Any] | None) -> None:
        """Write all that is saved of the model into a folder that is put in its place afterwards."""
        with without_bars(), every_machine_writes(cast(Any, self.model)):
            super()._save(os.fspath(folder), state_dict)
        # The arguments as JSON instead of a pickle: that could run code when it is read, and would hold the
        # access token of the Hub, which to_dict leaves out.
        (folder / "training_args.bin").unlink(missing_ok=True)
        arguments = json.dumps(self.args.to_dict(), indent=2, default=str)
        (folder / ARGUMENTS_FILE).write_text(arguments, encoding="utf-8")
