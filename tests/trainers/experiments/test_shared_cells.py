"""What several experiments need is the same cell in all of them, and is computed once."""

from support.tiny_ablations import settings_of, small_encoder

from nuner.trainers.experiments.all_experiments import EXPERIMENTS


def test_an_encoder_that_learnt_from_all_is_trained_once(tiny_bert_dir):
    encoder = small_encoder(tiny_bert_dir)
    keys = {
        "few-shot-frozen": {"encoders": {"base": str(tiny_bert_dir), "NuNER": {**encoder, "corpus": "bundled"}}},
        "concept-diversity": {"encoder": encoder, "concepts": [4, "all"]},
        "dataset-size": {"encoder": encoder, "sizes": [250, "all"]},
        "model-size": {"encoders": {"tiny": encoder}},
        "multilingual": {"encoder": encoder, "corpora": {"English": {"options": {"languages": ["en"]}}}},
    }
    cells = {name: EXPERIMENTS[name].cells(settings_of(EXPERIMENTS[name], **keys[name])) for name in keys}
    fingerprints = {name: {cell.fingerprint for cell in of_name} for name, of_name in cells.items()}
    # The base and the encoder that learnt from the whole corpus are measured, and the latter is trained.
    shared = set.intersection(*fingerprints.values())
    assert len(shared) == 3
    assert fingerprints["model-size"] == fingerprints["few-shot-frozen"] == shared
