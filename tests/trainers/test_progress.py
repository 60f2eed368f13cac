import io

from rich.console import Console
from torch.utils.data import DataLoader
from transformers import TrainerControl, TrainerState, TrainingArguments

from nuner.trainers.progress import TrainingProgress, counted


def run(terminal: bool) -> str:
    text = io.StringIO()
    progress = TrainingProgress("Pre-training", Console(file=text, force_terminal=terminal, width=100))
    args = TrainingArguments(output_dir="unused", per_device_train_batch_size=4, use_cpu=True)
    state, control = TrainerState(max_steps=20), TrainerControl()
    progress.on_train_begin(args, state, control)
    for step in range(1, 11):
        state.global_step = step
        progress.on_step_end(args, state, control)
    progress.on_log(args, state, control, logs={"loss": 1.25})
    state.epoch = 1.0
    metrics = {"eval_average_precision": 0.5, "eval_f1": 0.6, "eval_threshold": 0.25}
    progress.on_log(args, state, control, logs=metrics)
    progress.on_step_end(args, state, control)
    progress.on_train_end(args, state, control)
    return text.getvalue()


def test_lines_where_there_is_no_terminal():
    lines = run(terminal=False).splitlines()
    assert lines[0].startswith("Pre-training: step 10/20  loss 1.2500")
    assert "sentences/s" in lines[0]
    assert "s left" in lines[0]
    assert lines[1] == "Validation after epoch 1.0: average precision 0.5000, F1 0.6000 at 0.250"


def test_a_bar_on_a_terminal():
    shown = run(terminal=True)
    assert "10/20" in shown
    assert "loss 1.2500" in shown


def test_a_count_has_number_rate_and_time_left_from_the_first_second(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    text = io.StringIO()
    with counted("Tokenizing", 3000, "sentences", console=Console(file=text, width=100)) as advance:
        for seconds in (0.5, 0.5, 5.0, 5.0):
            now[0] += seconds
            advance(500)
    assert text.getvalue().splitlines() == [
        "Tokenizing: 1,000/3,000  1000 sentences/s  2 s left",
        "Tokenizing: 2,000/3,000  182 sentences/s  6 s left",
    ]


def test_a_count_is_a_bar_on_a_terminal_and_nothing_in_other_processes():
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=100)
    with counted("Tokenizing", 10, "sentences", console=console, show=False) as advance:
        advance(10)
    assert text.getvalue() == ""
    with counted("Tokenizing", 10, "sentences", console=console) as advance:
        advance(4)
    assert "4/10" in text.getvalue()


def test_validation_is_counted_between_the_steps():
    text = io.StringIO()
    progress = TrainingProgress("Pre-training", Console(file=text, force_terminal=True, width=100))
    args = TrainingArguments(output_dir="unused", use_cpu=True)
    state, control = TrainerState(max_steps=20), TrainerControl()
    progress.on_train_begin(args, state, control)
    for _ in range(3):
        progress.on_prediction_step(args, state, control, eval_dataloader=DataLoader(range(7)))  # pyright: ignore
    progress.on_evaluate(args, state, control)
    assert "Validation" in text.getvalue() and "3/7" in text.getvalue()
    state.global_step = 12
    progress.on_step_end(args, state, control)
    progress.on_train_end(args, state, control)
    assert "12/20" in text.getvalue()


def test_training_has_a_line_before_the_first_loss_is_logged(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    text = io.StringIO()
    progress = TrainingProgress("Pre-training", Console(file=text, width=100))
    args = TrainingArguments(output_dir="unused", per_device_train_batch_size=4, use_cpu=True)
    state, control = TrainerState(max_steps=20), TrainerControl()
    progress.on_train_begin(args, state, control)
    for state.global_step in range(1, 5):
        now[0] += 4.0
        progress.on_step_end(args, state, control)
    assert text.getvalue().splitlines() == [
        "Pre-training: step 1/20  1.0 sentences/s  76 s left",
        "Pre-training: step 4/20  1.0 sentences/s  64 s left",
    ]
