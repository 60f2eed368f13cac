"""Recognizing the texts of files: what is read, what is written, and how a run goes on after an interruption."""
