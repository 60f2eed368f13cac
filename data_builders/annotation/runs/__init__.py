"""Annotation runs: request by request, or in batches of a provider."""
