"""Small training sets: k annotations of each type, or k words."""
