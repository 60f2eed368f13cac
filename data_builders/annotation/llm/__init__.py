"""The large language model: what it is asked, over which connection, at which cost, and what can go wrong."""
