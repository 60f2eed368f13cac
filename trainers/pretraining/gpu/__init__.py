"""What pre-training does to fill a GPU, and not to overfill it."""
