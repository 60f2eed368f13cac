"""The entity types that a user asks a language model for, and the names that it answers with."""
