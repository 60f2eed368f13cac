"""Pictures of score tables in the forms of the paper's figures."""
