"""Commands that make sentences, annotations and corpora."""
