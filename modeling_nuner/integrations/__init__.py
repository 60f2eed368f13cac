"""NuNER inside of other libraries: the pipelines of transformers, and spaCy."""
