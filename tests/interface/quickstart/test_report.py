import base64
import re

import pytest
from support.narrow_page import narrow_page, needs_chromium

from nuner.data_builders.pages.highlighting import Piece
from nuner.data_builders.pages.html_page import Picture
from nuner.quickstart.report import Comparison, FewShotRow, Report, Score, render_report

HOSTILE = "<script>alert(1)</script> & \"'{{ 7 * 7 }}"
PNG = b"\x89PNG\r\n\x1a\n not really a picture"


@pytest.fixture
def page(tmp_path):
    (tmp_path / "picture.png").write_bytes(PNG)
    picture = Picture(tmp_path / "picture.png", HOSTILE)
    report = Report(
        base_encoder=HOSTILE,
        corpus=HOSTILE,
        few_shot=[
            FewShotRow(
                "1",
                Comparison(Score(20.0, 3.0), Score(40.0, 2.0)),
                Comparison(Score(22.0, 0.5), Score(50.0, 1.0)),
            ),
            FewShotRow(
                "mean",
                Comparison(Score(20.0), Score(40.04)),
                Comparison(Score(22.0), Score(50.0)),
            ),
        ],
        few_shot_caption=HOSTILE,
        few_shot_picture=picture,
        loss_picture=picture,
        corpus_picture=picture,
        entity_f1={HOSTILE: 61.25},
        finetuning=HOSTILE,
        messages=[[Piece("in "), Piece(HOSTILE, HOSTILE, "#a6cee3", 0.5)]],
        code=f"{HOSTILE}\nner = pipeline('ner', model='{'a-long-folder/' * 8}')",
        stages={HOSTILE: 1.25},
        figures={HOSTILE: HOSTILE},
        machine={HOSTILE: HOSTILE},
        versions={HOSTILE: HOSTILE},
    )
    return render_report(report)


def test_hostile_text_is_shown_as_text(page):
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;&#39;{{ 7 * 7 }}" in page
    assert "49" not in re.sub(r"base64,\S+", "", page.split("</style>")[1])


def test_the_page_needs_no_other_file(page):
    assert page.count("data:image/png;base64," + base64.b64encode(PNG).decode()) == 3
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "url(" not in page


@needs_chromium
def test_the_page_is_readable_on_a_telephone(page, tmp_path):
    (tmp_path / "report.html").write_text(page, encoding="utf-8")
    with narrow_page(tmp_path / "report.html") as shown:
        code = shown.locator("pre")
        assert code.evaluate("element => element.scrollWidth <= element.clientWidth")


def test_the_page_shows_the_figures(page):
    for shown in ("20.0 ± 3.0", "40.0 ± 2.0", "+20.0", "22.0 ± 0.5", "50.0 ± 1.0", "+28.0", "61.2", "1.2 s"):
        assert shown in page
