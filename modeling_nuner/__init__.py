"""The NuNER models, their loss, and what runs and exports recognizers.

Names are imported when they are first used: an exported recognizer needs no torch.
"""

from __future__ import annotations

import lazy_loader

# The public names are those of __init__.pyi, imported when they are first used.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
