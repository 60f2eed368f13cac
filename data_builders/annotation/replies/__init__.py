"""Replies as language models give them, read and aligned with their sentence."""
