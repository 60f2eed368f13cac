"""The prompt that the package carries."""
