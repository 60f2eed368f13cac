from dataclasses import replace

import matplotlib

from nuner import plot_few_shot


def test_the_picture_is_written(result, tmp_path):
    plot_few_shot(result, tmp_path / "pictures" / "few_shot.png")
    assert (tmp_path / "pictures" / "few_shot.png").read_bytes().startswith(b"\x89PNG")


def test_names_are_shown_as_they_are(result, tmp_path):
    scores = {
        f"_$^$ {encoder}": {f"$x$ {data_set}": of_k for data_set, of_k in of_data.items()}
        for encoder, of_data in result.scores.items()
    }
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        plot_few_shot(replace(result, scores=scores), tmp_path / "few_shot.svg")
    picture = (tmp_path / "few_shot.svg").read_text()
    for name in ("_$^$ knows nothing", "_$^$ tiny", "$x$ one", "$x$ two"):
        assert f">{name}<" in picture
