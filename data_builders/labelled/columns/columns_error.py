"""The error of columns that cannot be told apart."""


class ColumnsError(ValueError):
    """It cannot be told which column holds the words or the tags, or there is no such column."""
