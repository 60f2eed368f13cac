"""The Hub of the tests."""

from support.hub_fixtures import here, hub

__all__ = ["here", "hub"]
