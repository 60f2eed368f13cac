"""Readers of labelled files, one format a file."""
