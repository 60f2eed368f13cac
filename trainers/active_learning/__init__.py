"""Learning while a person labels: suggestions, the choice of the next text, the score, and what to look at again."""
