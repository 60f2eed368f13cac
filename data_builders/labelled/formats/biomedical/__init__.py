"""The files in which biomedical texts are labelled."""
