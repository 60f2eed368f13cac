"""The error of a record that cannot be used."""

from __future__ import annotations


class RecordError(ValueError):
    """A record that breaks its schema, or cannot even be read.

    Args:
        reason: The kind of fault, the same words for every record that has it, so that faults can be counted.
        detail: What this record has, for example the text that its offsets give.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason} ({detail})" if detail else reason)
        self.reason = reason
        self.detail = detail
