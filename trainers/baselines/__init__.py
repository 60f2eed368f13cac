"""Rivals of the paper, a sub-room each, which learn and are measured as NuNER is."""
