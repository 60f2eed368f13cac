import json

import pytest
from support.score_tables import score_table

from nuner.trainers.experiments.report import RESULT_FILE, SETTINGS_FILE, read_report, read_reports

WHOLE = {"tables": [score_table().to_dict()], "claims": [], "facts": {"machine": "2 cores"}, "command": "nuner"}


def write(folder, result):
    folder.mkdir()
    (folder / RESULT_FILE).write_text(result)
    (folder / SETTINGS_FILE).write_text("ks: [1]")


@pytest.mark.parametrize(
    "damaged", ["{", "[]", "{}", json.dumps({**WHOLE, "tables": [{"rows": []}]}), json.dumps({**WHOLE, "claims": [1]})]
)
def test_an_experiment_that_cannot_be_read_keeps_no_other_from_the_page(damaged, tmp_path):
    write(tmp_path / "few-shot-frozen", json.dumps(WHOLE))
    write(tmp_path / "recipe", damaged)
    told = []
    assert [report.name for report in read_reports(tmp_path, told.append)] == ["few-shot-frozen"]
    assert told == [
        f"{tmp_path / 'recipe' / RESULT_FILE} is damaged or of another version: run recipe again to show it"
    ]


def test_pictures_stand_in_the_order_of_the_tables_and_those_of_another_run_do_not(tmp_path):
    tables = [score_table(title=str(number)).to_dict() for number in range(11)]
    write(tmp_path / "text-diversity", json.dumps({**WHOLE, "tables": tables}))
    (tmp_path / "text-diversity" / "text-diversity.png").touch()
    pictures = read_report(tmp_path / "text-diversity").pictures
    assert [picture.path.name for picture in pictures] == [f"text-diversity-{number}.png" for number in range(1, 12)]
    assert [picture.caption.partition(":")[0] for picture in pictures] == [str(number) for number in range(11)]
