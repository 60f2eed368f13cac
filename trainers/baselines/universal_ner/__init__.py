"""UniversalNER (Zhou et al., 2023; section 6): a language model that is asked for one type after the other."""
