"""Few-shot methods on episodes: many small tasks, each with types of its own."""
