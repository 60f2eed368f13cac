"""From the figures of a quickstart to its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

from nuner.data_builders.pages.highlighting import Piece
from nuner.data_builders.pages.html_page import Picture

from .files import QuickstartFiles
from .loss_curve import plot_loss_curve
from .report import Comparison, FewShotRow, Report, Score, render_report

if TYPE_CHECKING:
    from nuner.data_builders.corpus.statistics import CorpusStatistics
    from nuner.trainers.few_shot.result import FewShotResult


def write_page(
    files: QuickstartFiles,
    figures: Mapping[str, Any],
    statistics: CorpusStatistics,
    few_shot: FewShotResult,
    log_history: Sequence[Mapping[str, Any]],
    messages: Sequence[Sequence[Piece]],
    *,
    code: str,
) -> None:
    """Draw the pictures and write the report.

    Args:
        files: Where to write.
        figures: What `quickstart.json` holds.
        statistics: Of the corpus.
        few_shot: The comparison of base and result.
        log_history: Of the pre-training.
        messages: The messages that the recognizer read, in pieces.
        code: Python that uses the recognizer.
    """
    from nuner.data_builders.corpus.rank_frequency import RANK_FREQUENCY_PICTURE, plot_rank_frequency
    from nuner.data_builders.files.whole_files import write_whole
    from nuner.trainers.few_shot.plot import plot_few_shot

    corpus_picture = files.folder / RANK_FREQUENCY_PICTURE
    plot_few_shot(few_shot, files.few_shot_picture)
    plot_loss_curve(log_history, files.loss_picture)
    plot_rank_frequency(statistics, corpus_picture, "Concept frequency by rank: bundled corpus")
    recognizer, validation = figures["recognizer"], figures["pretraining"]["validation"]
    seeds = len(few_shot.settings["seeds"])
    report = Report(
        base_encoder="all-MiniLM-L6-v2",
        corpus=f"{statistics.sentences:,} passages with {statistics.annotations:,} annotations of "
        f"{statistics.unique_concepts:,} concepts, written by a language model",
        few_shot=_rows(few_shot),
        few_shot_caption="Macro-averaged token F1 without O in percent: frozen encoder and one linear layer, "
        f"mean ± standard deviation over {seeds} samples of k to 2k annotations a type from the support tickets "
        f"({recognizer['test_sentences']} test messages). Where it says names, the layer is drawn to the names of the "
        "types: NuNER's concept encoder reads them, the base encoder compares its own vectors of names and words.",
        few_shot_picture=Picture(files.few_shot_picture, "F1 on the support tickets against k."),
        loss_picture=Picture(
            files.loss_picture,
            f"Loss of the pre-training. At its end the average precision over (token, concept) pairs of the "
            f"validation passages is {validation['eval_average_precision']:.3f}.",
        ),
        corpus_picture=Picture(corpus_picture, "How often each concept of the corpus was annotated."),
        entity_f1={name: 100 * scores["f1"] for name, scores in recognizer["test"].items()},
        finetuning=f"{recognizer['architecture']}, fine-tuned on {recognizer['train_sentences']} support tickets "
        f"({recognizer['k']} to {2 * recognizer['k']} annotations a type, seed {recognizer['seed']}), on messages "
        f"that are in no data set. Entity F1 was measured on {recognizer['test_sentences']} test messages.",
        messages=messages,
        code=code,
        stages=figures["seconds"],
        figures=_figures(figures, validation),
        machine=figures["machine"],
        versions=figures["versions"],
    )
    write_whole(files.report, render_report(report))


def _rows(few_shot: FewShotResult) -> list[FewShotRow]:
    base, nuner, named_base, named_nuner = few_shot.encoders
    (data_set,) = few_shot.data_sets

    def score(encoder: str, k: int) -> Score:
        return Score(few_shot.mean(encoder, data_set, k), few_shot.standard_deviation(encoder, data_set, k))

    def overall(encoder: str) -> Score:
        return Score(fmean(few_shot.mean(encoder, data_set, k) for k in few_shot.ks))

    rows = [
        FewShotRow(
            str(k),
            Comparison(score(base, k), score(nuner, k)),
            Comparison(score(named_base, k), score(named_nuner, k)),
        )
        for k in few_shot.ks
    ]
    plain, named = (
        Comparison(overall(base), overall(nuner)),
        Comparison(overall(named_base), overall(named_nuner)),
    )
    return [*rows, FewShotRow("mean", plain, named)]


def _figures(figures: Mapping[str, Any], validation: Mapping[str, float]) -> dict[str, str]:
    settings = figures["pretraining"]["settings"]
    shown = {
        "Training passages": f"{settings['corpus']['sentences']['train']:,}",
        "Validation passages": f"{settings['corpus']['sentences']['validation']:,}",
        "Training time": f"{figures['pretraining']['seconds']:.0f} s",
        "Pair average precision": f"{validation['eval_average_precision']:.4f}",
        "Pair F1": f"{validation['eval_f1']:.4f}",
        "Number format": "bfloat16" if settings["bf16"] else "float32",
    }
    if figures["peak_memory_gib"] is not None:
        shown["Peak memory"] = f"{figures['peak_memory_gib']:.2f} GiB"
    return shown
