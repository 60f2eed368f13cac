"""Pre-training, fine-tuning, and the few-shot comparison.

Names are imported when they are first used, so that `import nuner.trainers` stays fast.
"""

from __future__ import annotations

import lazy_loader

# The public names are those of __init__.pyi, imported when they are first used.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
