"""Time a pre-training step against a naive one, idea by idea, in one run.

    python benchmarks/training_step.py --encoder PATH --output training_step.json

The naive step is what one writes first: random batches, every concept encoded for each of its occurrences, a dense
array of targets, fp32, frozen layers run like the others. Each line then adds one idea that keeps the result.
Same model, same batch size, same trained parameters throughout; the median of the steps counts.
"""

from __future__ import annotations

import argparse
import itertools
import json
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.data import DataLoader, RandomSampler
from transformers import AutoTokenizer

from nuner import NuNerCorpus, NuNerForPreTraining
from nuner.trainers.freezing import freeze_lower_layers
from nuner.trainers.pretraining.arguments import PRESETS, preset_model_fields
from nuner.trainers.pretraining.collator import ContrastiveCollator
from nuner.trainers.pretraining.concept_table import ConceptTable
from nuner.trainers.pretraining.features import featurize_corpus
from nuner.trainers.pretraining.length_sampler import LengthGroupedSampler
from nuner.trainers.pretraining.lower_layer_cache import LowerLayerCache

PRESET = PRESETS["quickstart"]
TEXT_LAYERS, CONCEPT_LAYERS = PRESET["num_frozen_text_layers"], PRESET["num_frozen_concept_layers"]
BATCH_SIZE = PRESET["per_device_train_batch_size"]


@dataclass(frozen=True)
class Ideas:
    """Which ideas a step uses."""

    unique_concepts: bool = False
    sparse_targets: bool = False
    grouped_concepts: bool = False
    grouped_texts: bool = False
    bf16: bool = False
    kept_frozen_layers: bool = False


class Workbench:
    """The corpus and everything that steps share.

    Args:
        encoder: Folder or Hub id of both encoders.
    """

    def __init__(self, encoder: str) -> None:
        builder = NuNerCorpus("bundled")
        builder.download_and_prepare()
        corpus: Any = builder.as_dataset("train")
        tokenizer = AutoTokenizer.from_pretrained(encoder)
        self.encoder = encoder
        self.pad_token_id = tokenizer.pad_token_id
        names = (entity["concept"] for entities in corpus["entities"] for entity in entities)
        self.concepts = ConceptTable.from_names(names, tokenizer)
        self.features = featurize_corpus(corpus, tokenizer, self.concepts)

    def model(self) -> NuNerForPreTraining:
        """A fresh model with the preset's layers frozen."""
        model = NuNerForPreTraining.from_encoders(self.encoder, **preset_model_fields("quickstart"))
        freeze_lower_layers(model.nuner.encoder, TEXT_LAYERS)
        freeze_lower_layers(model.concept_encoder, CONCEPT_LAYERS)
        model.train()
        return model

    def batches(self, ideas: Ideas, model: NuNerForPreTraining) -> Iterator[dict[str, Tensor]]:
        """Batches without end."""
        collator = ContrastiveCollator(self.concepts, self.pad_token_id)
        if ideas.kept_frozen_layers:
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=ideas.bf16):
                collator.lower_layers = LowerLayerCache.compute(
                    model.nuner.encoder, TEXT_LAYERS, self.features["input_ids"][:], self.pad_token_id
                )
                collator.concept_lower_layers = LowerLayerCache.compute(
                    model.concept_encoder, CONCEPT_LAYERS, self.concepts.input_ids, self.pad_token_id
                )
        if ideas.grouped_texts:
            sampler = LengthGroupedSampler(self.features["length"][:], BATCH_SIZE, seed=0)
        else:
            sampler = RandomSampler(self.features, generator=torch.Generator().manual_seed(0))  # pyright: ignore
        loader = DataLoader(
            self.features,  # pyright: ignore[reportArgumentType]
            BATCH_SIZE,
            sampler=sampler,
            collate_fn=collator,
            drop_last=True,
        )
        return itertools.chain.from_iterable(itertools.repeat(loader))


def naive_loss(model: NuNerForPreTraining, batch: dict[str, Tensor], ideas: Ideas) -> Tensor:
    """The loss with what `ideas` leaves out done the long way."""
    positives = batch["positives"]
    states = model.nuner(batch["input_ids"], batch["attention_mask"]).last_hidden_state
    ids, mask = batch["concept_input_ids"], batch["concept_attention_mask"]
    if not ideas.unique_concepts:
        # One row for each mention: neighboring tokens with one concept are a mention.
        order = torch.argsort(positives[:, 1] * states.shape[0] * states.shape[1] + positives[:, 0])
        pairs = positives[order]
        starts = (pairs[1:] != pairs[:-1] + torch.tensor([1, 0])).any(dim=1)
        mention = torch.cat([torch.zeros(1, dtype=torch.long), starts.long().cumsum(0)])
        concept_of_mention = pairs[torch.cat([torch.ones(1, dtype=torch.bool), starts])][:, 1]
        ids, mask = ids[concept_of_mention], mask[concept_of_mention]
        positives = torch.stack([pairs[:, 0], mention], dim=1)
    vectors = model.concept_encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    weights = mask.unsqueeze(-1).float()
    concepts = (vectors * weights).sum(1) / weights.sum(1)
    logits = states @ concepts.T / model.config.temperature
    targets = torch.zeros_like(logits)
    targets.view(-1, targets.shape[-1])[positives[:, 0], positives[:, 1]] = 1
    weight = batch["token_mask"].unsqueeze(-1).float()
    return binary_cross_entropy_with_logits(logits, targets, weight=weight, reduction="sum") / len(positives)


def our_loss(model: NuNerForPreTraining, batch: dict[str, Tensor], ideas: Ideas) -> Tensor:
    """The loss as the model computes it."""
    kept = ideas.kept_frozen_layers
    inputs = {name: value for name, value in batch.items() if name != "concept_ids"}
    return model(
        **inputs,
        num_lower_layers=TEXT_LAYERS if kept else 0,
        num_concept_lower_layers=CONCEPT_LAYERS if kept else 0,
    ).loss


def seconds_a_step(bench: Workbench, ideas: Ideas, steps: int, warmup: int = 2) -> float:
    """Median duration of a step.

    Args:
        bench: What the steps share.
        ideas: Which ideas to use.
        steps: Steps that count.
        warmup: Steps before them.

    Returns:
        Seconds.
    """
    torch.manual_seed(0)
    model = bench.model()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-5)
    loss_of: Callable[..., Tensor] = our_loss if ideas.sparse_targets and ideas.grouped_concepts else naive_loss
    times = []
    batches = bench.batches(ideas, model)
    for _ in range(warmup + steps):
        start = time.perf_counter()
        batch = next(batches)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=ideas.bf16):
            loss = loss_of(model, batch, ideas)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        times.append(time.perf_counter() - start)
    return statistics.median(times[warmup:])


def variants() -> list[tuple[str, Ideas]]:
    """The naive step and one more idea a line."""
    rows = [("naive", Ideas())]
    for name, ideas in (
        ("unique concepts", ("unique_concepts",)),
        ("sparse targets, concepts grouped by length", ("sparse_targets", "grouped_concepts")),
        ("texts grouped by length", ("grouped_texts",)),
        ("bf16", ("bf16",)),
        ("frozen layers kept", ("kept_frozen_layers",)),
    ):
        rows.append((f"+ {name}", replace(rows[-1][1], **dict.fromkeys(ideas, True))))
    return rows


def main() -> None:
    """Print a line a variant and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", default="sentence-transformers/all-MiniLM-L6-v2")
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    bench = Workbench(options.encoder)
    results: list[dict[str, Any]] = []
    for name, ideas in variants():
        seconds = seconds_a_step(bench, ideas, options.steps)
        ratio = results[0]["seconds"] / seconds if results else 1.0
        results.append({"variant": name, "seconds": seconds, "times_as_fast": ratio, "ideas": asdict(ideas)})
        print(f"{name:50s} {seconds:7.3f} s a step   {ratio:5.2f} x", flush=True)
    if options.output:
        measured_on = {
            "encoder": options.encoder,
            "corpus": "bundled, train split",
            "batch_size": BATCH_SIZE,
            "steps": options.steps,
            "threads": torch.get_num_threads(),
            "processor": torch.cpu.get_capabilities().get("cpu_name") or platform.processor(),
            "torch": torch.__version__,
        }
        options.output.write_text(json.dumps({"measured_on": measured_on, "results": results}, indent=2))


if __name__ == "__main__":
    main()
