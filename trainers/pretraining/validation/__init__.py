"""What a validation says: metrics over pairs, and whether a run has learnt."""
