"""What recognizers call their entity types, and what callers do: label tables, tag prefixes, named types."""
