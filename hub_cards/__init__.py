"""Model and data set cards, and pushing to the Hub."""
