"""What a pre-training is given to learn from and to measure on, made ready: as a whole, or as it comes."""
