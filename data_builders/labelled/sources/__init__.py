"""Where labelled sentences come from: files and folders, Hub ids, `datasets` objects, the bundled task."""
