import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from support.folders import child_environment
from support.small_corpus import small_corpus, small_trainer
from transformers import AutoModel, AutoTokenizer

from nuner import ContrastiveTrainer, ContrastiveTrainingArguments, NuNerForPreTraining, NuNerModel
from nuner.trainers.checkpoints import latest_complete_checkpoint


def test_training_learns_the_concepts(tiny_bert_dir, tmp_path):
    trainer = small_trainer(tiny_bert_dir, tmp_path, num_train_epochs=12, learning_rate=5e-3)
    before = trainer.evaluate()
    trainer.train()
    after = trainer.evaluate()
    assert after["eval_loss"] < 0.5 * before["eval_loss"]
    assert after["eval_average_precision"] > before["eval_average_precision"] + 0.3
    assert 0 < after["eval_threshold"] < 1
    trainer.save_model(str(tmp_path / "nuner"))
    assert isinstance(AutoModel.from_pretrained(tmp_path / "nuner"), NuNerModel)
    assert not list((tmp_path / "nuner").glob("*.bin"))


def test_frozen_layers_do_not_move(tiny_bert_dir, tmp_path):
    trainer = small_trainer(tiny_bert_dir, tmp_path, num_frozen_concept_layers=1)
    before = {name: p.clone() for name, p in trainer.model.named_parameters()}
    trainer.train()
    for name, p in trainer.model.named_parameters():
        assert torch.equal(p, before[name]) is not p.requires_grad, name


@pytest.mark.parametrize("frozen", [(1, 1), (1, 0)])
def test_kept_frozen_layers_change_nothing(tiny_bert_dir, tmp_path, frozen):
    weights = []
    for keep in (False, True):
        torch.manual_seed(0)
        trainer = small_trainer(
            tiny_bert_dir,
            tmp_path / str(keep),
            num_frozen_text_layers=frozen[0],
            num_frozen_concept_layers=frozen[1],
            cache_frozen_layers=keep,
        )
        trainer.train()
        weights.append(trainer.model.state_dict())
        assert trainer.data_collator.lower_layers is None
    for name, weight in weights[0].items():
        torch.testing.assert_close(weights[1][name], weight, rtol=1e-3, atol=1e-4, msg=name)


def test_accumulated_batches_count_as_one(tiny_bert_dir, tmp_path):
    """Positives are counted over all accumulated batches, whatever each of them has."""
    trainer = small_trainer(tiny_bert_dir, tmp_path, gradient_accumulation_steps=3)
    batches, count = trainer.get_batch_samples(iter(trainer.get_train_dataloader()), 3, torch.device("cpu"))
    assert isinstance(count, torch.Tensor)
    assert count == sum(len(batch["positives"]) for batch in batches)
    trainer.model.eval()
    shares = [trainer.compute_loss(trainer.model, batch, num_items_in_batch=count).item() for batch in batches]
    alone = [trainer.compute_loss(trainer.model, batch).item() for batch in batches]
    weighted = sum(a * len(b["positives"]) for a, b in zip(alone, batches, strict=True)) / count.item()
    assert sum(shares) == pytest.approx(weighted, rel=1e-5)


def test_the_papers_mean_over_all_pairs(tiny_bert_dir, tmp_path):
    trainer = small_trainer(tiny_bert_dir, tmp_path, loss_normalization="pairs")
    trainer.model.eval()
    trainer.current_gradient_accumulation_steps = 1
    batch = next(iter(trainer.get_train_dataloader()))
    loss = trainer.compute_loss(trainer.model, batch)
    output = trainer.model(**{k: v for k, v in batch.items() if k not in ("concept_ids", "positives")})
    logits = trainer.model.score(output.token_embeddings, output.concept_embeddings).flatten(0, 1)
    targets = torch.zeros_like(logits)
    targets[batch["positives"][:, 0], batch["positives"][:, 1]] = 1
    real = batch["token_mask"].flatten()
    dense = torch.nn.functional.binary_cross_entropy_with_logits(logits[real], targets[real])
    torch.testing.assert_close(loss, dense)


def test_the_concept_encoder_may_learn_at_its_own_rate(tiny_bert_dir, tmp_path):
    trainer = small_trainer(tiny_bert_dir, tmp_path, concept_learning_rate=7e-4)
    optimizer = trainer.create_optimizer()
    rate = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
    for name, p in trainer.model.named_parameters():
        if p.requires_grad:
            assert rate[id(p)] == (7e-4 if name.startswith("concept_encoder") else 1e-3), name


def test_a_corpus_without_concepts_is_refused(tiny_bert_dir, tmp_path):
    bare = small_corpus(3).map(lambda row: {"text": row["text"], "entities": []}, load_from_cache_file=False)
    with pytest.raises(ValueError, match="no concept to learn from"):
        ContrastiveTrainer(
            NuNerForPreTraining.from_encoders(tiny_bert_dir),
            ContrastiveTrainingArguments(output_dir=str(tmp_path)),
            bare,
            processing_class=AutoTokenizer.from_pretrained(tiny_bert_dir),
        )


RUN = """
from pathlib import Path
from support.small_corpus import small_trainer
small_trainer(
    Path({encoder!r}), Path({output!r}), save_strategy="steps", save_steps=2, save_total_limit=2,
    cache_frozen_layers=True,
).train(resume_from_checkpoint=True)
"""


def test_a_killed_run_resumes_to_the_same_weights(tiny_bert_dir, tmp_path):
    straight = small_trainer(tiny_bert_dir, tmp_path / "straight", cache_frozen_layers=True)
    straight.train()
    killed = tmp_path / "killed"
    code = RUN.format(encoder=str(tiny_bert_dir), output=str(killed))
    # Sums over other numbers of threads differ in their last bits.
    environment = child_environment(OMP_NUM_THREADS=str(torch.get_num_threads()))
    process = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (killed / "checkpoint-4").exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert latest_complete_checkpoint(killed) is not None
    assert not (killed / "checkpoint-20").exists()
    resumed = small_trainer(tiny_bert_dir, killed, cache_frozen_layers=True)
    resumed.train(resume_from_checkpoint=True)
    assert resumed.state.global_step == straight.state.global_step == 20
    for name, weight in straight.model.state_dict().items():
        assert torch.equal(resumed.model.state_dict()[name], weight), name


def test_a_failed_save_leaves_the_last_good_model(tiny_bert_dir, tmp_path, monkeypatch):
    trainer = small_trainer(tiny_bert_dir, tmp_path)
    trainer.save_model(str(tmp_path / "model"))
    before = load_file(tmp_path / "model" / "model.safetensors")

    def disk_full(self, folder, **kwargs):
        Path(folder, "model.safetensors").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(NuNerForPreTraining, "save_pretrained", disk_full)
    with pytest.raises(OSError, match="No space left"):
        trainer.save_model(str(tmp_path / "model"))
    after = load_file(tmp_path / "model" / "model.safetensors")
    assert before.keys() == after.keys()


def test_validation_during_training_does_not_use_what_is_kept_of_the_training_texts(tiny_bert_dir, tmp_path):
    trainer = small_trainer(tiny_bert_dir, tmp_path, cache_frozen_layers=True, eval_strategy="epoch")
    trainer.train()
    during = [entry for entry in trainer.state.log_history if "eval_loss" in entry]
    assert len(during) == 2
    after = trainer.evaluate()
    assert during[-1]["eval_loss"] == pytest.approx(after["eval_loss"], rel=1e-5)
    assert during[-1]["eval_average_precision"] == pytest.approx(after["eval_average_precision"], rel=1e-5)
