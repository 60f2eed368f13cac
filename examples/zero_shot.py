"""Find entities of types that are named on the command line, without a labelled example.

    python examples/zero_shot.py
    python examples/zero_shot.py --label city --label "dosage=amount of a drug" "Take 20 mg of aspirin in Paris."

The model is a bi-encoder: what `make quickstart`, `nuner pretrain` or examples/pretrain_on_your_corpus.py leave.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from nuner import EntityRecognizer

TEXTS = [
    "Aspirin is sold in Paris.",
    "Ada Lovelace worked with Charles Babbage in London.",
    "Acme sells lamps in Oslo.",
]
LABELS = ["city", "person", "company", "drug"]


def main() -> None:
    """Read names, recognize, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("texts", nargs="*", default=TEXTS, help="texts to search")
    parser.add_argument("--model", default="nuner-quickstart/pretraining", help="folder or Hub id of a bi-encoder")
    parser.add_argument("--label", action="append", help="name of a type, or name=description; may be repeated")
    parser.add_argument("--nested", action="store_true", help="entities of different types may overlap")
    parser.add_argument("--threshold", type=float, help="probability from which a word belongs to a type")
    arguments = parser.parse_args()
    if arguments.model == parser.get_default("model") and not Path(arguments.model).is_dir():
        parser.error(f"there is no {arguments.model} here: run `make quickstart` first, or name another --model")

    # Where a name comes with a description, the description is what words are compared with.
    labels = {name: described or name for name, _, described in (n.partition("=") for n in arguments.label or LABELS)}
    recognizer = EntityRecognizer.from_pretrained(
        arguments.model, labels=labels, nested=arguments.nested, threshold=arguments.threshold
    )
    for text, entities in zip(arguments.texts, recognizer(arguments.texts), strict=True):
        print(text)
        for entity in entities:
            print(f"  {entity['label']}: {entity['text']} ({entity['score']:.2f})")


if __name__ == "__main__":
    main()
