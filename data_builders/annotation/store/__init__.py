"""The SQLite file that holds the truth of an annotation run."""
