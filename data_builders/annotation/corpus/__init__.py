"""A corpus out of an annotation store, with a report on it."""
