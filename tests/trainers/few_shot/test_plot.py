from dataclasses import replace

import matplotlib
from matplotlib.figure import Figure

from nuner import plot_few_shot
from nuner.trainers.few_shot.result import FewShotResult


def test_the_picture_is_written(result, tmp_path):
    plot_few_shot(result, tmp_path / "pictures" / "few_shot.png")
    assert (tmp_path / "pictures" / "few_shot.png").read_bytes().startswith(b"\x89PNG")


def test_long_names_stay_within_the_picture(tmp_path, monkeypatch):
    drawn: list[Figure] = []
    monkeypatch.setattr("nuner.trainers.few_shot.plot.save_picture", lambda figure, path: drawn.append(figure))
    names = [f"/home/somebody/encoders/an-encoder-with-a-long-name-{i} + names" for i in range(6)]
    scores = {name: {"/home/somebody/data/a-data-set-with-a-long-name": {1: [20.0], 4: [30.0]}} for name in names}
    plot_few_shot(FewShotResult(scores, {"seeds": [0]}), tmp_path / "few_shot.png")
    (figure,) = drawn
    figure.draw_without_rendering()
    for shown in (*figure.legends, figure.axes[0].title):
        extent = shown.get_window_extent()
        assert extent.x0 >= 0 and extent.x1 <= figure.bbox.width
        assert extent.y0 >= 0 and extent.y1 <= figure.bbox.height


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
