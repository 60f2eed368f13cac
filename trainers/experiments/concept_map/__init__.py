"""The concepts of a corpus on a plane, where those that the concept encoder finds alike lie together (figure 6)."""
