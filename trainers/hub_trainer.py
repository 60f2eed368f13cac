"""What the trainers of this package save and push: nothing that could run, to nobody but its owner at first."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast

from .card_writing import CardWriter as CardWriter
from .card_writing import CardWritingTrainer
from .checkpoints import replaced_when_done

ARGUMENTS_FILE = "training_args.json"


class HubTrainer(CardWritingTrainer):
    """`transformers.Trainer` whose checkpoints hold no pickle, and whose new repositories on the Hub are private.

    Its models have the card that a callback writes, if there is one that does.
    """

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

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Any] | None = None) -> None:
        folder = Path(output_dir if output_dir is not None else cast(str, self.args.output_dir))
        with replaced_when_done(folder) as staging:
            super()._save(os.fspath(staging), state_dict)
            # The arguments as JSON instead of a pickle: that could run code when it is read, and would hold the
            # access token of the Hub, which to_dict leaves out.
            (staging / "training_args.bin").unlink(missing_ok=True)
            arguments = json.dumps(self.args.to_dict(), indent=2, default=str)
            (staging / ARGUMENTS_FILE).write_text(arguments, encoding="utf-8")
