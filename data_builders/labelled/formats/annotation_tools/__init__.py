"""The files of the tools that people label with."""
