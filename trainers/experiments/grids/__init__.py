"""Rows and columns of a table, as cells."""
