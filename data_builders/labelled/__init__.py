"""Labelled data sets as everybody has them, brought to words with IOB2 tags; k-shot samples of them."""
