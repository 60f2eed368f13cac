"""What goes to the Hub and comes from it."""
