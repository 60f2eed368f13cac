"""Make a recognizer out of a few labelled sentences, measure it, and use it.

    python examples/few_labels.py
    python examples/few_labels.py --data my-data --encoder runs/nuner --k 16 --output recognizer

`my-data` is a folder with `train.jsonl` and `test.jsonl`, whose rows hold `tokens` and `tags`, or `text` and
`entities`; docs/fine-tuning.md lists what else is read. Without arguments it is the support tickets that the package
carries, and MiniLM from the extra `quickstart`: about a minute on two CPU cores.
"""

from __future__ import annotations

import argparse

from nuner import EntityRecognizer, evaluate_recognizer, finetune, load_labelled, save_recognizer
from nuner.data_builders import annotation_counts, sample_k_shot
from nuner.quickstart.base_encoder import find_base_encoder


def main() -> None:
    """Sample, train, save, measure, recognize."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", default="support-tickets", help="labelled data set with the splits train and test")
    parser.add_argument("--encoder", help="folder or Hub id of an encoder, best a whole bi-encoder of NuNER")
    parser.add_argument("--k", type=int, default=16, help="learn from so many annotations a type, up to twice as many")
    parser.add_argument("--max-steps", type=int, default=-1, help="stop training early")
    parser.add_argument("--output", default="recognizer", help="where the recognizer goes")
    arguments = parser.parse_args()

    data = load_labelled(arguments.data)
    rows = sample_k_shot(annotation_counts(data["train"]), k=arguments.k, seed=0)
    print(f"{len(rows)} sentences to learn from, {data['test'].num_rows} to measure on")

    encoder = arguments.encoder or find_base_encoder()[0]
    trainer = finetune(encoder, data["train"].select(rows), "runs/few-labels", max_steps=arguments.max_steps)
    save_recognizer(trainer.model, trainer.processing_class, arguments.output)

    scores = evaluate_recognizer(arguments.output, data["test"]).scores
    print(f"{arguments.output}: entity F1 {100 * scores['f1']:.1f} on the split test of {arguments.data}")

    recognizer = EntityRecognizer.from_pretrained(arguments.output)
    text = " ".join(data["test"][0]["tokens"])
    print(text)
    for entity in recognizer(text):
        print(f"  {entity['label']}: {entity['text']} ({entity['score']:.2f})")


if __name__ == "__main__":
    main()
