"""Sentences of Wikipedia with anchors typed by the ontology of DBpedia, as NER-BERT has them (Liu et al., 2021)."""
