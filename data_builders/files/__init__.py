"""Rows out of files, compressed or not, and files that are written whole or not at all."""
