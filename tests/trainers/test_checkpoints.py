from nuner.trainers.checkpoints import latest_complete_checkpoint


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
