"""A small HTTP service around an `EntityRecognizer`."""

from __future__ import annotations

from .app import create_app

__all__ = ["create_app"]
