"""The paper's experiments: what is trained and measured for each, and what came out."""
