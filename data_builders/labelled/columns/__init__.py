"""Which columns of a labelled file hold the words and the tags, told by what stands in them."""
