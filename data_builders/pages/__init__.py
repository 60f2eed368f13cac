"""Pages that need no other file: the frame of all reports, and texts with highlighted entities."""
