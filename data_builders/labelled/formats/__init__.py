"""Readers and writers of labelled files, one format a file; a table of them all."""
