"""What is known about a model or a corpus, in files beside it."""
