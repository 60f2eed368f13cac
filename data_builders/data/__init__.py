"""Files that the package carries: the bundled corpus and the support tickets."""
