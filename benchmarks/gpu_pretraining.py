"""Time the pre-training of a bi-encoder of RoBERTa-base's size on a GPU, naive PyTorch against this package.

    python benchmarks/gpu_pretraining.py --output gpu-pretraining.json

Weights are random, the corpus is synthetic with the statistics of the paper's (`synthetic_corpus.py`), the settings
are those of the preset `paper`; all in one run. Naive is what one writes first: random batches padded to their longest
text, every concept encoded for each of its mentions, a dense array of targets, frozen layers run like the others,
`torch.optim.AdamW` as it is; but with the same loader processes and pinned memory as ours. Ours is
`ContrastiveTrainer`, all of its steps included.

The share of the peak counts useful operations only, the same for all: for each real token of the batch's texts and of
its unique concepts 2 a weight of the layers (24 x hidden size^2 a layer) and 4 x hidden size x length for attention,
in layers that are trained three times that, since backward is twice forward; and 6 x hidden size a logit. The peak is
that of a large bf16 product in the same run.
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
import transformers
from synthetic_corpus import MAX_LENGTH, roberta, synthetic_corpus, synthetic_tokenizer
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.data import DataLoader
from transformers import TrainerCallback

from nuner import ContrastiveTrainer, ContrastiveTrainingArguments, NuNerConfig, NuNerForPreTraining
from nuner.trainers.freezing import freeze_lower_layers
from nuner.trainers.pretraining.arguments import preset_model_fields
from nuner.trainers.pretraining.collator import ContrastiveCollator
from nuner.trainers.pretraining.concept_table import ConceptTable, pad_right
from nuner.trainers.pretraining.features import featurize_corpus

# Sentences of the paper's run: 10 epochs of 1M.
PAPER_SENTENCES = 10_000_000


def device() -> torch.device:
    """The GPU, where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def now() -> float:
    """The time by which all work so far is done."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def peak(size: int) -> float:
    """Operations a second of a large bf16 product."""
    a, b = (torch.randn(size, size, device=device()).bfloat16() for _ in range(2))
    for _ in range(3):
        torch.mm(a, b)
    started = now()
    for _ in range(10):
        torch.mm(a, b)
    return 10 * 2 * size**3 / (now() - started)


class Workbench:
    """The corpus and everything that variants share.

    Args:
        options: What the command was given.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.tokenizer: Any = synthetic_tokenizer(options.vocabulary)
        self.corpus = synthetic_corpus(options.sentences, options.vocabulary)
        self.names = {entity["concept"] for entities in self.corpus["entities"] for entity in entities}
        self.concepts = ConceptTable.from_names(self.names, self.tokenizer)
        self.features = featurize_corpus(self.corpus, self.tokenizer, self.concepts, MAX_LENGTH)
        self.frozen = options.layers // 2

    def model(self) -> NuNerForPreTraining:
        """A bi-encoder of random weights."""
        torch.manual_seed(0)
        encoder = roberta(self.options.vocabulary, self.options.layers, self.options.hidden_size)
        with device():
            return NuNerForPreTraining(
                NuNerConfig(text_config=encoder, concept_config=encoder, **preset_model_fields("paper"))
            )

    def operations(self, batch_size: int) -> float:
        """Useful operations a sentence, see above."""
        size, layers = self.options.hidden_size, self.options.layers
        collator = ContrastiveCollator(self.concepts, self.tokenizer.pad_token_id)
        total = 0
        count = min(8, len(self.features) // batch_size)
        for start in range(0, count * batch_size, batch_size):
            batch = collator([self.features[i] for i in range(start, start + batch_size)])
            for mask, passes in (
                (batch["attention_mask"], self.frozen + 3 * (layers - self.frozen)),
                (batch["concept_attention_mask"], 3 * layers),
            ):
                lengths = mask.sum(1)
                total += passes * int((24 * size**2 * lengths + 4 * size * lengths**2).sum())
            total += 6 * size * int(batch["token_mask"].sum()) * len(batch["concept_ids"])
        return total / (count * batch_size)


@dataclass
class NaiveCollator:
    """Pad texts, and the names of the concepts of all mentions; positives are places in the dense array of targets."""

    concepts: ConceptTable
    pad_token_id: int

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Tensor]:
        """Make one batch."""
        input_ids, attention_mask = pad_right([row["input_ids"] for row in rows], self.pad_token_id)
        token_mask, _ = pad_right([row["token_mask"] for row in rows], 0)
        # Neighboring tokens with one concept are a mention.
        mentions: list[tuple[int, int, list[int]]] = []
        for place, row in enumerate(rows):
            for concept, token in sorted(zip(row["positive_concepts"], row["positive_tokens"], strict=True)):
                if mentions and mentions[-1][:2] == (place, concept) and mentions[-1][2][-1] == token - 1:
                    mentions[-1][2].append(token)
                else:
                    mentions.append((place, concept, [token]))
        names, name_mask = self.concepts.tensors([concept for _, concept, _ in mentions])
        positives = [(place, token, i) for i, (place, _, tokens) in enumerate(mentions) for token in tokens]
        return {
            "input_ids": input_ids,
            "attention_mask": attention_mask,
            "token_mask": token_mask,
            "names": names,
            "name_mask": name_mask,
            "positives": torch.tensor(positives, dtype=torch.long).reshape(-1, 3),
        }


def naive(bench: Workbench, batch_size: int, steps: int, warmup: int, bf16: bool) -> float:
    """Sentences a second of a plain loop."""
    model = bench.model()
    freeze_lower_layers(model.nuner.encoder, bench.frozen)
    model.train()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=3e-5)
    loader = DataLoader(
        bench.features,  # pyright: ignore[reportArgumentType]
        batch_size,
        shuffle=True,
        collate_fn=NaiveCollator(bench.concepts, bench.tokenizer.pad_token_id),
        drop_last=True,
        num_workers=bench.options.workers,
        pin_memory=torch.cuda.is_available(),
        persistent_workers=bench.options.workers > 0,
    )
    done, started = 0, 0.0
    while True:
        for batch in loader:
            if done == warmup:
                started = now()
            if done == warmup + steps:
                return steps * batch_size / (now() - started)
            batch = {name: value.to(device(), non_blocking=True) for name, value in batch.items()}
            with torch.autocast(device().type, dtype=torch.bfloat16, enabled=bf16):
                states = model.nuner(batch["input_ids"], batch["attention_mask"]).last_hidden_state
                concepts = model.concept_encoder(batch["names"], batch["name_mask"]).last_hidden_state[:, 0]
                logits = states @ concepts.T / model.config.temperature
                targets = torch.zeros_like(logits)
                targets[tuple(batch["positives"].T)] = 1
                real = batch["token_mask"].bool()
                loss = binary_cross_entropy_with_logits(logits[real].float(), targets[real].float())
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            done += 1


class Stopwatch(TrainerCallback):
    """Take the time from one step of a trainer to another."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last
        self.seconds = 0.0

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Note the time."""
        if state.global_step == self.first:
            self.seconds = -now()
        elif state.global_step == self.last:
            self.seconds += now()


def ours(bench: Workbench, batch_size: int, steps: int, warmup: int, *, graphs: bool = True) -> float:
    """Sentences a second of the trainer."""
    stopwatch = Stopwatch(warmup, warmup + steps)
    with tempfile.TemporaryDirectory() as folder:
        args = ContrastiveTrainingArguments.preset(
            "paper",
            output_dir=folder,
            per_device_train_batch_size=batch_size,
            num_frozen_text_layers=bench.frozen,
            max_steps=warmup + steps,
            max_length=MAX_LENGTH,
            packing=True,
            bf16=True,
            dataloader_num_workers=bench.options.workers,
            dataloader_persistent_workers=bench.options.workers > 0,
            logging_nan_inf_filter=False,
            save_strategy="no",
            report_to="none",
        )
        trainer = ContrastiveTrainer(
            bench.model(), args, bench.corpus, processing_class=bench.tokenizer, callbacks=[stopwatch]
        )
        collator: Any = trainer.data_collator
        if not graphs:
            collator.packer = replace(collator.packer, rounded=False)
            collator.concept_packer = replace(collator.concept_packer, rounded=False)
        trainer.train()
    return steps * batch_size / stopwatch.seconds


def by_graphs(bench: Workbench, batch_size: int, steps: int, warmup: int) -> float:
    """Sentences a second of the trainer as it is."""
    return ours(bench, batch_size, steps, warmup)


VARIANTS: dict[str, Callable[..., float]] = {
    "naive, bf16": lambda *a: naive(*a, bf16=True),
    "naive, fp32": lambda *a: naive(*a, bf16=False),
    "packed": lambda *a: ours(*a, graphs=False),
    "packed, by CUDA graphs": by_graphs,
}


def write(path: Path, options: argparse.Namespace, measured: dict[str, Any], results: list[dict[str, Any]]) -> None:
    """Write the figures, with what they were measured on."""
    measured_on = {
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else platform.processor(),
        **{name: value for name, value in vars(options).items() if name != "output"},
        **measured,
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
    }
    path.write_text(json.dumps({"measured_on": measured_on, "results": results}, indent=2) + "\n")


def main() -> None:
    """Print a line a variant and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=11_520)
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[48, 384])
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--warmup", type=int, default=100)
    parser.add_argument("--workers", type=int, default=6)
    parser.add_argument("--vocabulary", type=int, default=50_265)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--hidden-size", type=int, default=768)
    parser.add_argument("--peak-size", type=int, default=8192, help="Rows of the product that states the peak.")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    # It makes a plan for each new shape of a batch, which takes longer than the step: seen once in a long training.
    torch.backends.cuda.enable_cudnn_sdp(False)
    bench = Workbench(options)
    best = peak(options.peak_size)
    results: list[dict[str, Any]] = []
    for batch_size in options.batch_sizes:
        operations = bench.operations(batch_size)
        for name, run in VARIANTS.items():
            # Each graph is captured once; a long training has all of them soon.
            warmup = options.warmup if run is by_graphs else min(options.warmup, 10)
            speed = run(bench, batch_size, options.steps, warmup)
            naive_speed = next((r["sentences_a_second"] for r in results if r["batch_size"] == batch_size), speed)
            row = {
                "batch_size": batch_size,
                "variant": name,
                "sentences_a_second": speed,
                "times_naive_bf16": speed / naive_speed,
                "minutes_of_the_papers_run": PAPER_SENTENCES / speed / 60,
                "operations_a_sentence": operations,
                "share_of_the_peak": speed * operations / best,
            }
            results.append(row)
            print(
                f"batch {batch_size:5d}  {name:24s} {speed:8,.0f} sentences/s"
                f"  {row['times_naive_bf16']:5.2f} x naive bf16  {100 * row['share_of_the_peak']:5.1f}% of the peak"
                f"  {row['minutes_of_the_papers_run']:6.0f} min for the paper's run",
                flush=True,
            )
            if options.output:
                write(options.output, options, {"peak_tflops": best / 1e12}, results)


if __name__ == "__main__":
    main()
