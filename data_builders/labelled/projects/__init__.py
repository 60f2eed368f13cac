"""Labelling projects: texts, entity types, labels of several annotators and all that was done, in one SQLite file."""
