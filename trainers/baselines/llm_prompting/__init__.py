"""A large language model in context: types and examples in the prompt (section 6 of the paper)."""
