"""The forms in which models write entities: JSON, whole and broken, lines, tables, outlines, tags."""
