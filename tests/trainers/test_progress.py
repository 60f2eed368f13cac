import io

from rich.console import Console
from transformers import TrainerControl, TrainerState, TrainingArguments

from nuner.trainers.progress import TrainingProgress


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
