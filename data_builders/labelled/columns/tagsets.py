"""Sets of tags that stand beside words and name no entities: phrases, parts of speech, relations."""

from __future__ import annotations

_PHRASES = "NP VP PP ADVP ADJP SBAR PRT CONJP INTJ LST UCP NC VC PC ADVC ADJC CONJC"
PHRASES = frozenset(_PHRASES.split())
"""Chunks of CoNLL-2000 and CoNLL-2003, English and German."""

_UNIVERSAL = "ADJ ADP ADV AUX CCONJ CONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X"
_PENN = """
CC CD DT EX FW IN JJ JJR JJS LS MD NN NNS NNP NNPS PDT POS PRP PRP$ RB RBR RBS RP SYM TO UH VB VBD VBG VBN VBP VBZ
WDT WP WP$ WRB HYPH AFX ADD NFP XX GW # $ '' `` " ( ) -LRB- -RRB- , . :
"""
_STTS = """
ADJA ADJD APPR APPRART APPO APZR ART CARD FM ITJ KOUI KOUS KON KOKOM NE PDS PDAT PIS PIAT PIDAT PPER PPOSS PPOSAT
PRELS PRELAT PRF PWS PWAT PWAV PAV PROAV PTKZU PTKNEG PTKVZ PTKANT PTKA TRUNC VVFIN VVIMP VVINF VVIZU VVPP VAFIN
VAIMP VAINF VAPP VMFIN VMINF VMPP XY $, $. $(
"""
PARTS_OF_SPEECH = frozenset(f"{_UNIVERSAL} {_PENN} {_STTS}".split())
"""Of Universal Dependencies, the Penn Treebank and, for German, STTS."""

_RELATIONS = """
acl advcl advmod amod appos aux case cc ccomp clf compound conj cop csubj dep det discourse dislocated expl fixed flat
goeswith iobj list mark nmod nsubj nummod obj obl orphan parataxis punct reparandum root ROOT vocative xcomp
acomp attr auxpass dobj neg nsubjpass pcomp pobj poss prep prt
"""
RELATIONS = frozenset(_RELATIONS.split())
"""Of Universal Dependencies, without their subtypes, and of spaCy's models."""
