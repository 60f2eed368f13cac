"""Pre-train an encoder on an annotated corpus, and compare it with the one that it was made from.

    python examples/pretrain_on_your_corpus.py
    python examples/pretrain_on_your_corpus.py --corpus corpus --data my-data --output runs/nuner

`corpus` is what `nuner corpus build` writes, or a file in the schema of docs/corpus.md; `my-data` is labelled data, as
for examples/few_labels.py. Without arguments they are the corpus and the support tickets that the package carries, and
MiniLM from the extra `quickstart`: some minutes on two CPU cores.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from nuner import NuNerCorpus, compare_encoders, pretrain
from nuner.quickstart.base_encoder import find_base_encoder


def main() -> None:
    """Read, pre-train, compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpus", help="folder or file of an annotated corpus; the bundled one when left out")
    parser.add_argument("--encoder", help="folder or Hub id of the encoder to begin with")
    parser.add_argument("--preset", default="quickstart", help="quickstart for small encoders, or paper")
    parser.add_argument("--max-steps", type=int, default=-1, help="stop pre-training early")
    parser.add_argument("--data", default="support-tickets", help="labelled data set to compare on")
    parser.add_argument("--k", type=int, action="append", help="annotations a type, may be repeated; 1, 4 and 16")
    parser.add_argument("--seeds", type=int, default=10, help="number of samples for each k")
    parser.add_argument("--output", default="runs/nuner", help="where the bi-encoder goes")
    arguments = parser.parse_args()

    builder = (
        NuNerCorpus("records", data_files=arguments.corpus) if arguments.corpus is not None else NuNerCorpus("bundled")
    )
    builder.download_and_prepare()
    corpus = builder.as_dataset()
    print(", ".join(f"{part.num_rows} sentences in the split {name}" for name, part in corpus.items()))
    encoder = arguments.encoder or find_base_encoder()[0]
    pretrain(
        encoder,
        corpus,
        arguments.output,
        preset=arguments.preset,
        max_steps=arguments.max_steps,
        resume=True,
    )

    result = compare_encoders(
        {"base": encoder, "NuNER": arguments.output},
        [arguments.data],
        ks=arguments.k or (1, 4, 16),
        seeds=arguments.seeds,
        names=True,
    )
    Console().print(result.table())
    result.to_json(Path(arguments.output) / "few_shot.json")


if __name__ == "__main__":
    main()
