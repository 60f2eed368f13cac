"""Episodes: small tasks, each of a few types with a few sentences to learn them from (Few-NERD)."""
