"""The losses of the contrastive pre-training, one a file."""
