"""Where the commands write, and how quiet the libraries below them are."""

from __future__ import annotations

import logging
import os

from nuner.data_builders.plain_console import PlainConsole


def is_main_process() -> bool:
    """Tell whether this is the only process, or the first that `torchrun` started."""
    return os.environ.get("RANK", "0") == "0"


def is_first_of_machine() -> bool:
    """Tell whether this is the only process, or the first of those on this machine."""
    return os.environ.get("LOCAL_RANK", "0") == "0"


def main_console() -> PlainConsole:
    """Return the console for what a command reports; the other processes of `torchrun` write nothing."""
    return PlainConsole(quiet=not is_main_process())


class _PlainHandler(logging.Handler):
    """Shows what is logged as it is; on its own, Python would let it steer the terminal."""

    def emit(self, record: logging.LogRecord) -> None:
        PlainConsole(stderr=True).tell(self.format(record))


def log_plainly() -> None:
    """Show what our modules log on the standard error."""
    logger = logging.getLogger("nuner")
    if not any(isinstance(handler, _PlainHandler) for handler in logger.handlers):
        logger.addHandler(_PlainHandler(logging.WARNING))


def quiet_datasets() -> None:
    """Silence the bars of `datasets` alone; the commands show their own."""
    import datasets

    datasets.disable_progress_bars()


def quiet_libraries() -> None:
    """Silence the libraries' own bars and remarks; the commands show their progress themselves.

    Of the processes of `torchrun`, only the first warns.
    """
    quiet_datasets()
    quiet_models()
    if not is_main_process():
        logging.getLogger("nuner").setLevel(logging.ERROR)


def quiet_models() -> None:
    """Silence those that load models, without importing `datasets`."""
    import huggingface_hub
    import transformers

    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    huggingface_hub.logging.set_verbosity_error()
