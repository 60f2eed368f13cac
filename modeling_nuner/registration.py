"""Registration of the NuNER classes with the Auto classes of transformers, once transformers is imported.

`import nuner` must make `AutoModel.from_pretrained` know the NuNER checkpoints, and must not import torch: the command
line and an exported recognizer start in a fraction of the time without it, and run where it is not installed.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_TRANSFORMERS = "transformers"
_PACKAGE = __name__.partition(".")[0]


def register_when_needed() -> None:
    """Register now if transformers is imported already, else as soon as it is."""
    if _TRANSFORMERS in sys.modules:
        _register()
    elif not any(isinstance(finder, _ImportWatch) for finder in sys.meta_path):
        sys.meta_path.insert(0, _ImportWatch())


def _register() -> None:
    if importlib.util.find_spec("torch") is None:
        return
    from transformers import AutoConfig, AutoModel, AutoModelForPreTraining, AutoModelForTokenClassification
    from transformers.pipelines import PIPELINE_REGISTRY

    from .configuration_nuner import NuNerConfig
    from .integrations.pipelines import ZERO_SHOT_NER, ZeroShotNerPipeline
    from .modeling_nuner import NuNerForPreTraining, NuNerForTokenClassification, NuNerModel

    AutoConfig.register("nuner", NuNerConfig, exist_ok=True)
    AutoModel.register(NuNerConfig, NuNerModel, exist_ok=True)
    AutoModelForPreTraining.register(NuNerConfig, NuNerForPreTraining, exist_ok=True)
    AutoModelForTokenClassification.register(NuNerConfig, NuNerForTokenClassification, exist_ok=True)
    PIPELINE_REGISTRY.register_pipeline(
        ZERO_SHOT_NER, pipeline_class=ZeroShotNerPipeline, pt_model=AutoModelForPreTraining, type="text"
    )


class _ImportWatch(MetaPathFinder):
    """Registers when transformers has been imported, and then stops watching.

    Where a module of this package is the first to import transformers, it waits for that module to be complete: it
    may be one of those that registration needs.
    """

    def __init__(self) -> None:
        self.under_way: set[str] = set()
        self.looking_for: set[str] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in self.looking_for or not (fullname == _TRANSFORMERS or fullname.startswith(f"{_PACKAGE}.")):
            return None
        self.looking_for.add(fullname)
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self.looking_for.discard(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _WatchedLoader(spec.loader, self)
        return spec

    def ended(self, module: str) -> None:
        """Note that a module has run, and register if it was the last of those under way."""
        self.under_way.discard(module)
        if self in sys.meta_path and not self.under_way and _TRANSFORMERS in sys.modules:
            sys.meta_path.remove(self)
            _register()


class _WatchedLoader(Loader):
    """Loads a module as its own loader does, and tells when it has run."""

    def __init__(self, loader: Any, watch: _ImportWatch) -> None:
        self.loader = loader
        self.watch = watch

    def __getattr__(self, name: str) -> Any:
        # `python -m` and others ask loaders for code, source and data.
        return getattr(self.loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # The module keeps its own loader, for whoever asks it for its source.
        if module.__spec__ is not None:
            module.__spec__.loader = module.__loader__ = self.loader
        name = module.__name__
        self.watch.under_way.add(name)
        try:
            self.loader.exec_module(module)
        except BaseException:
            self.watch.under_way.discard(name)
            raise
        self.watch.ended(name)
