"""Contrastive pre-training of a bi-encoder on an annotated corpus (section 3.2)."""
