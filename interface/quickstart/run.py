"""The quickstart from beginning to end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from nuner.data_builders.files.whole_files import write_whole
from nuner.data_builders.labelled.support_tickets import SUPPORT_TICKETS
from nuner.data_builders.plain_console import PlainConsole
from nuner.hub_cards.facts.hardware import describe_machine, versions

from ..memory import peak_memory_gib
from .base_encoder import HUB_ID, find_base_encoder
from .files import QuickstartFiles
from .highlighting import Piece, split_at_entities, terminal_text
from .page import write_page
from .stages import Stages

if TYPE_CHECKING:
    from datasets import DatasetDict

    from nuner.data_builders.corpus.statistics import CorpusStatistics
    from nuner.trainers.few_shot.result import FewShotResult

BASE, NUNER = "MiniLM", "NuNER"
PRESET = "quickstart"
FINETUNE_K = 16
FINETUNE_SEED = 0

MESSAGES = (
    "Since update 6.2 my Kestrel smart lock refuses to open and the keypad stays dark. "
    "Please replace it before Saturday, order HX-20931.",
    "I was charged €34.90 twice on 3 October for Plumeo Premium. Refund one of them, invoice 7714-B.",
    "The left pedal of the Tramont 5 exercise bike has been squeaking since last week, error P-14 on the display. "
    "I would like a replacement.",
)


def run_quickstart(
    output: str | Path,
    *,
    max_steps: int | None = None,
    ks: Sequence[int] = (1, 2, 4, 8, 16),
    seeds: int = 10,
    finetune_epochs: float | None = None,
    console: PlainConsole | None = None,
) -> QuickstartFiles:
    """Pre-train on the bundled corpus, compare, fine-tune, recognize and report, one after the other.

    A run that was stopped goes on from its last checkpoint; a pre-training that was finished with the same settings
    is not repeated.

    Args:
        output: Folder to write to.
        max_steps: Stop pre-training after so many steps; as the preset says, if not given.
        ks: Sizes of the few-shot samples.
        seeds: Number of samples of each size.
        finetune_epochs: Passes of the fine-tuning over its sentences; what suits their number, if not given.
        console: Where to print.

    Returns:
        Where everything is.

    Raises:
        FileNotFoundError: If the base encoder or matplotlib is not installed.
        NotLearntError: If the pre-training came to nothing.
        ValueError: If the weights of the base encoder are not the expected ones.

    Example:
        ```python
        >>> from nuner.quickstart.run import run_quickstart
        >>> run_quickstart("nuner-quickstart").report  # takes minutes  # doctest: +SKIP

        ```
    """
    if find_spec("matplotlib") is None:
        raise FileNotFoundError("the quickstart draws with matplotlib; pip install 'nuner[quickstart]'")
    console = console or PlainConsole()
    files = QuickstartFiles(Path(output))
    files.folder.mkdir(parents=True, exist_ok=True)
    stages = Stages(console, total=6)

    with stages.stage("Base encoder and corpus"):
        base, origin = find_base_encoder()
        console.tell(f"{HUB_ID} from {origin}")
        corpus, statistics = _bundled_corpus()
        console.print(
            f"{statistics.sentences:,} passages, {statistics.annotations:,} annotations, "
            f"{statistics.unique_concepts:,} concepts"
        )
    with stages.stage("Contrastive pre-training"):
        pretraining = _pretrain(base, corpus, files, max_steps, console)
    with stages.stage("Few-shot comparison"):
        few_shot = _compare(base, files, ks, seeds)
        console.print(few_shot.table())
        gain = few_shot.gain(NUNER, SUPPORT_TICKETS)
        console.tell(f"Gain over the base encoder: {gain:+.1f} points of macro F1", style="bold green")
    with stages.stage(f"Fine-tuning on {FINETUNE_K} examples a type"):
        recognizer = _finetune(base, files, finetune_epochs, console)
    with stages.stage("Recognition with transformers.pipeline"):
        read = _recognize(files.recognizer, recognizer["types"])
        for pieces in read:
            console.print(terminal_text(pieces))
    with stages.stage("Report"):
        figures = {
            "base_encoder": HUB_ID,
            "base_encoder_from": origin,
            "corpus": statistics.to_dict(),
            "pretraining": {key: pretraining[key] for key in ("settings", "train", "validation", "seconds")},
            "few_shot": few_shot.to_dict(),
            "recognizer": recognizer,
            "seconds": stages.seconds,
            "peak_memory_gib": peak_memory_gib(),
            "machine": describe_machine(),
            "versions": versions(),
        }
        write_whole(files.figures, json.dumps(figures, indent=2, ensure_ascii=False, default=str) + "\n")
        write_page(
            files,
            figures,
            statistics,
            few_shot,
            pretraining["log_history"],
            read,
            code=_usage(files.recognizer),
        )
        console.tell(f"{files.report}")
    peak = figures["peak_memory_gib"]
    console.print(
        f"\nAll of it took {sum(stages.seconds.values()):.0f} s"
        + (f" and at most {peak:.1f} GiB of memory" if peak else "")
        + ". Use it:\n"
    )
    console.tell(_usage(files.recognizer))
    return files


def _usage(recognizer: Path) -> str:
    """Return three lines of Python that use the recognizer."""
    return (
        "from transformers import pipeline\n"
        f'ner = pipeline("ner", model={str(recognizer)!r}, aggregation_strategy="first")\n'
        f"print(ner({MESSAGES[1]!r}))"
    )


def _bundled_corpus() -> tuple[DatasetDict, CorpusStatistics]:
    from nuner.data_builders.corpus.builder import NuNerCorpus
    from nuner.data_builders.corpus.statistics import CorpusStatistics

    builder = NuNerCorpus("bundled")
    builder.download_and_prepare()
    corpus: Any = builder.as_dataset()
    return corpus, CorpusStatistics.of(corpus)


def _pretrain(
    base: Path, corpus: DatasetDict, files: QuickstartFiles, max_steps: int | None, console: PlainConsole
) -> dict[str, Any]:
    from nuner.trainers.pretraining.arguments import PRESETS, preset_model_fields
    from nuner.trainers.pretraining.run import BACKBONE, CHECKPOINTS, RESULTS_FILE, pretrain

    overrides: dict[str, Any] = {"eval_strategy": "no"}  # once, at the end, is enough
    if max_steps is not None:
        overrides["max_steps"] = max_steps
    try:
        finished = json.loads((files.pretraining / RESULTS_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        finished = None
    if finished is not None and "not_learnt" not in finished and (files.pretraining / BACKBONE).exists():
        expected = {
            "text_encoder": str(base),
            "preset": {"name": PRESET, **PRESETS[PRESET]},
            "model": preset_model_fields(PRESET),
            "overrides": overrides,
        }
        if all(finished["settings"].get(name) == value for name, value in expected.items()):
            console.tell(f"Done by an earlier run; to repeat it, remove {files.pretraining}")
            return finished
    results = pretrain(
        base,
        corpus,
        files.pretraining,
        preset=PRESET,
        corpus_description={"corpus": "bundled"},
        resume=(files.pretraining / CHECKPOINTS).exists(),
        tell=console.tell,
        **overrides,
    )
    # They are some hundred megabytes, and a finished run is not resumed.
    shutil.rmtree(files.pretraining / CHECKPOINTS)
    return results


def _compare(base: Path, files: QuickstartFiles, ks: Sequence[int], seeds: int) -> FewShotResult:
    from nuner.trainers.few_shot.comparison import compare_encoders

    return compare_encoders({BASE: base, NUNER: files.pretraining}, [SUPPORT_TICKETS], ks=ks, seeds=seeds, names=True)


def _finetune(base: Path, files: QuickstartFiles, epochs: float | None, console: PlainConsole) -> dict[str, Any]:
    """Fine-tune both encoders on the same sample, keep the recognizer made from the pre-trained one."""
    from nuner.data_builders.labelled.load import entity_types, load_labelled
    from nuner.trainers.fine_tuning.run import run_finetuning

    tickets = load_labelled(SUPPORT_TICKETS)
    scores: dict[str, dict[str, float]] = {}
    figures: dict[str, Any] = {}
    with TemporaryDirectory() as not_kept:
        for name, encoder, output in ((BASE, base, Path(not_kept)), (NUNER, files.pretraining, files.recognizer)):
            figures = run_finetuning(
                encoder,
                tickets,
                output,
                data_name=SUPPORT_TICKETS,
                k=FINETUNE_K,
                seed=FINETUNE_SEED,
                overwrite=True,  # what a run that was stopped has left
                tell=lambda _: None,
                num_train_epochs=epochs,
            )
            scores[name] = {key.removeprefix("eval_"): value for key, value in figures["test"].items()}
            console.print(
                f"{name}: entity F1 {100 * scores[name]['f1']:.1f} on {figures['test_sentences']} test messages, "
                f"fine-tuned on {figures['train_sentences']}"
            )
    architecture = figures["architecture"]
    console.tell(f"Written: {files.recognizer} ({architecture})")
    kept = ("data_set", "k", "seed", "epochs", "train_sentences", "test_sentences", "architecture")
    return {
        **{name: figures[name] for name in kept},
        "types": entity_types(tickets["train"]),
        "test": scores,
    }


def _recognize(recognizer: Path, types: Sequence[str]) -> list[list[Piece]]:
    from transformers import pipeline

    load: Any = pipeline  # its annotations do not know its tasks
    ner = load("ner", model=str(recognizer), aggregation_strategy="first", trust_remote_code=False)
    return [split_at_entities(text, found, types) for text, found in zip(MESSAGES, ner(list(MESSAGES)), strict=True)]
