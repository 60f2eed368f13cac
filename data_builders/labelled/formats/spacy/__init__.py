"""Training data of spaCy."""
