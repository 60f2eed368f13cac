"""Few-shot methods on episodes: which there are, what they are measured on, and the cell that measures."""
