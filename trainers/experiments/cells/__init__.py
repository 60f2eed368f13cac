"""The kinds of cells: what an experiment trains and what it measures."""
