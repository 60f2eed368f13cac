"""Raw text to sentences worth annotating."""
