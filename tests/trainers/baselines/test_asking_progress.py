"""What is shown while a server is asked."""

from contextlib import contextmanager

from nuner.data_builders.annotation.llm.cost import Usage
from nuner.data_builders.annotation.runs.live import Progress
from nuner.trainers.baselines import asking_progress


def test_what_is_finished_is_counted_once_whether_answered_or_failed(monkeypatch):
    shown = []

    @contextmanager
    def counted(description, total, unit):
        shown.append((description, total, unit))
        yield shown.append

    monkeypatch.setattr(asking_progress, "counted", counted)
    with asking_progress.shown_asking(10, "sentences") as on_progress:
        # The first one tells what an earlier run has left.
        for done, failed in [(2, 1), (2, 1), (5, 2), (7, 3)]:
            on_progress(Progress(done, failed, 10 - done - failed, done + failed - 3, 1.0, Usage(0, 0)))
    assert shown == [("Asking", 10, "sentences"), 3, 0, 4, 3]
