"""The studio: a page on which texts are labelled while a recognizer learns from them."""
