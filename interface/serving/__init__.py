"""A small HTTP service around an `EntityRecognizer`."""

from __future__ import annotations

import lazy_loader

# The process that only watches over others loads nothing of what they serve with.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
