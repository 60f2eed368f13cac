"""Readers of corpora, one published format a file."""
