"""NER-BERT: an encoder learns to tell the types of a corpus apart, each token being one of them or none."""
