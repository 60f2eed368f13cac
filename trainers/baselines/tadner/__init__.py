"""TadNER: a span detector and a type classifier that knows the types' names (Li et al., 2023; section 4.2)."""
