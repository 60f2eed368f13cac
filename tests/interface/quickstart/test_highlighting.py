from nuner.quickstart.highlighting import split_at_entities, terminal_text


def test_pieces_join_to_the_text_and_keep_their_colors():
    text = "Ada saw Paris."
    found = [
        {"start": 8, "end": 13, "entity_group": "city", "score": 0.9},
        {"start": 0, "end": 3, "entity_group": "person", "score": 0.8},
    ]
    pieces = split_at_entities(text, found, ["person", "city"])
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.label for piece in pieces] == ["person", None, "city", None]
    assert pieces[0].color != pieces[2].color
    assert terminal_text(pieces).plain == "Ada person saw Paris city."
