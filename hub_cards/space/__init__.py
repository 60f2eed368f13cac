"""A demonstration Space: a page with highlighted entities, for the Hub and for this machine."""

from .write_space import write_space

__all__ = ["write_space"]
