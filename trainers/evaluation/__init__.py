"""What a recognizer gets right and wrong, in figures and on a page."""
