"""The LLM-annotated corpus as a `datasets` builder: what it reads, selects, counts and writes (section 3.1)."""
