"""Commands for cards and for the Hub."""
