"""Recognizing the texts of many files, a part of the output for each of them, wherever files and processors are."""
