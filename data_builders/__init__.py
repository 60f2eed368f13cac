"""Raw text to annotated corpora, and downstream data sets, as `datasets`.

Names are imported when they are first used, so that `import nuner.data_builders` stays fast.
"""

from __future__ import annotations

import lazy_loader

# The public names are those of __init__.pyi, imported when they are first used.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
