"""A demonstration Space: a page with highlighted entities, for the Hub and for this machine."""
