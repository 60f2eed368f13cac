"""NuNER: entity encoders that need few labels, for transformers, datasets and the Hub.

Importing this package registers the models with the Auto classes of transformers, without importing torch before
something needs it.
"""

from __future__ import annotations

import lazy_loader

from nuner.modeling_nuner.registration import register_when_needed

from ._version import __version__ as __version__

register_when_needed()

# The public names are those of __init__.pyi, imported when they are first used.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
