"""Commands that use a recognizer."""
