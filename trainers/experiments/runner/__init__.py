"""What all experiments share: cells, their fingerprints, and how they are computed and kept."""
