"""Words of texts, their sub-words, and the logits of these: in windows, in batches."""
