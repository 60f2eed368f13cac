import pytest

from nuner.trainers.checkpoints import latest_complete_checkpoint, replaced_when_done


def checkpoint(folder, step, state: str | None = "{}"):
    path = folder / f"checkpoint-{step}"
    path.mkdir()
    if state is not None:
        (path / "trainer_state.json").write_text(state)
    return path


def test_unfinished_checkpoints_are_passed_over(tmp_path):
    assert latest_complete_checkpoint(tmp_path) is None
    checkpoint(tmp_path, 9)
    good = checkpoint(tmp_path, 10)
    checkpoint(tmp_path, 11, state=None)
    checkpoint(tmp_path, 12, state='{"epoch": 0.')
    checkpoint(tmp_path, "best")
    assert latest_complete_checkpoint(tmp_path) == good


def test_all_files_or_none(tmp_path):
    target = tmp_path / "model"
    with replaced_when_done(target) as staging:
        (staging / "sub").mkdir()
        (staging / "sub" / "a").write_text("old")
    (target / "keep").write_text("kept")
    with pytest.raises(OSError, match="disk full"), replaced_when_done(target) as staging:
        (staging / "sub").mkdir()
        (staging / "sub" / "a").write_text("new")
        raise OSError("disk full")
    assert (target / "sub" / "a").read_text() == "old"
    with replaced_when_done(target) as staging:
        (staging / "sub").mkdir()
        (staging / "sub" / "a").write_text("new")
    assert (target / "sub" / "a").read_text() == "new"
    assert (target / "keep").read_text() == "kept"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
