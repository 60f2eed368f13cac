"""Experiments about other systems than a linear layer or a fine-tuned recognizer."""
