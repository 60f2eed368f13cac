"""Raw text to an annotated corpus with a large language model (section 3.1 of the paper).

The parts meet in plain rows: sources give raw sentences, the client's replies wait in a store, and parsing and
alignment turn a finished sentence into a row of the corpus. Import from the modules; the names that a user needs
are exported by `nuner.data_builders`.
"""
