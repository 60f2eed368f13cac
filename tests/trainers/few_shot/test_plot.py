from nuner import plot_few_shot


def test_the_picture_is_written(result, tmp_path):
    plot_few_shot(result, tmp_path / "pictures" / "few_shot.png")
    assert (tmp_path / "pictures" / "few_shot.png").read_bytes().startswith(b"\x89PNG")
