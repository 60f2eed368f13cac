"""A tiny language model learns two sentences, and answers many questions as it answers each alone."""

import json
import shutil
from typing import Any

import pytest
import torch
from datasets import Dataset
from support.tiny_language_model import write_gguf, write_tiny_language_model
from transformers import AutoModelForCausalLM

from nuner.data_builders.labelled.load import load_labelled
from nuner.data_builders.type_conversation import question_about
from nuner.trainers.baselines.universal_ner.conversations import conversations_of, question_to
from nuner.trainers.baselines.universal_ner.features import featurize_conversations, rendered
from nuner.trainers.baselines.universal_ner.generation import generate_answers
from nuner.trainers.baselines.universal_ner.language_model import check_language_model, load_language_model
from nuner.trainers.baselines.universal_ner.run import TOO_LONG, run_universal_ner
from nuner.trainers.baselines.universal_ner.training import AnswerCollator, answer_loss

ROWS = [
    {"tokens": ["Ada", "in", "Rome"], "tags": ["B-person", "O", "B-city"]},
    {"tokens": ["Bo", "eats"], "tags": ["B-person", "O"]},
]
GOLD = [row["tags"] for row in ROWS]
FAST = {
    "learning_rate": 1e-2,
    "gradient_accumulation_steps": 1,
    "lora_dropout": 0.0,
    "bf16": False,
    "lr_scheduler_type": "constant",
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return write_tiny_language_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def train():
    return load_labelled(Dataset.from_list(ROWS), "train")


@pytest.mark.filterwarnings("error::FutureWarning")
def test_adapters_learn_two_sentences(tiny, train, tmp_path):
    as_it_is = run_universal_ner(train, train, model=tiny, num_train_epochs=0, max_new_tokens=12)
    assert as_it_is.tags == [["O"] * 3, ["O"] * 2]
    assert as_it_is.details["unanswered"] == {"the answer is no list": 4}
    output = tmp_path / "tuned"
    learnt = run_universal_ner(
        train, train, model=tiny, output_dir=output, num_train_epochs=50, lora_rank=32, max_new_tokens=16, **FAST
    )
    assert learnt.tags == GOLD
    assert learnt.details["unanswered"] == {}
    assert learnt.parameters == as_it_is.parameters
    # What was saved answers alike, and its tokenizer knows how it was asked.
    saved = run_universal_ner(train, train, model=output, num_train_epochs=0, max_new_tokens=16)
    assert saved.tags == GOLD
    assert "ASSISTANT:" in load_language_model(output)[1].chat_template
    with pytest.raises(FileExistsError):
        run_universal_ner(train, train, model=tiny, output_dir=output, num_train_epochs=0)


def test_weights_are_not_frozen_behind_adapters(tiny, train, monkeypatch):
    trainable = []

    def answers(model, tokenizer, texts, types, **options):
        trainable.extend(parameter.requires_grad for parameter in model.parameters())
        return [["[]"] * len(types) for _ in texts]

    monkeypatch.setattr("nuner.trainers.baselines.universal_ner.run.generate_answers", answers)
    run_universal_ner(train, train, model=tiny, max_steps=1, num_train_epochs=1, lora_rank=4, **FAST)
    assert trainable and all(trainable)


def test_all_weights_learn_two_sentences(tiny, train):
    learnt = run_universal_ner(
        train,
        train,
        model=tiny,
        num_train_epochs=40,
        lora_rank=0,
        max_new_tokens=16,
        **{**FAST, "learning_rate": 3e-3},
    )
    assert learnt.tags == GOLD


def test_questions_that_share_a_text_are_answered_as_each_alone(tiny):
    model: Any
    model, tokenizer = load_language_model(tiny)
    texts, types = ["Ada lived in Rome.", "Bo", "Cyril met Bo in Paris yesterday"], ["city", "person", "a longer name"]
    together = generate_answers(model, tokenizer, texts, types, texts_at_once=2, max_new_tokens=8)
    for text, answers in zip(texts, together, strict=True):
        for name, answer in zip(types, answers, strict=True):
            prompt = rendered(tokenizer, question_to(text, question_about(name)), to_answer=True)
            ids = tokenizer(prompt, add_special_tokens=False, return_tensors="pt")["input_ids"]
            alone = model.generate(
                ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=8, pad_token_id=0
            )
            assert answer == tokenizer.decode(alone[0, ids.shape[1] :], skip_special_tokens=True)


def test_one_question(tiny):
    model, tokenizer = load_language_model(tiny)
    assert len(generate_answers(model, tokenizer, ["Ada"], ["person"], max_new_tokens=2)[0]) == 1


def test_the_loss_is_that_of_each_answer_alone(tiny, train):
    model, tokenizer = load_language_model(tiny)
    rows: Any = list(featurize_conversations(conversations_of(train), tokenizer, 1000))
    batch = AnswerCollator(tokenizer)(rows)
    labels = batch.pop("labels")
    ours = answer_loss(model(**batch), labels)
    total, count = 0.0, 0
    for row in rows:
        for tokens, size in zip(row["input_ids"], row["answer_sizes"], strict=True):
            dense = torch.tensor([[-100] * (len(tokens) - size) + tokens[-size:]])
            total += size * model(input_ids=torch.tensor([tokens]), labels=dense).loss.item()
            count += size
    assert ours.item() == pytest.approx(total / count, rel=1e-5)


def test_a_list_ends_an_answer(tiny):
    from nuner.trainers.baselines.universal_ner.generation import ListIsWhole

    _, tokenizer = load_language_model(tiny)
    answers = [' ["a]b"] USER', ' ["a]b', " no [] list", "[]", "[" * 2000]
    rows = [tokenizer(answer, add_special_tokens=False)["input_ids"] for answer in answers]
    length = max(map(len, rows))
    ids = torch.tensor([row + [0] * (length - len(row)) for row in rows])
    assert ListIsWhole(tokenizer, 0)(ids, None).tolist() == [True, False, False, True, False]


def test_what_cannot_be_learnt_from_is_said(tiny, train):
    nothing = load_labelled(Dataset.from_list([{"tokens": ["x"], "tags": ["O"]}]), "train")
    with pytest.raises(ValueError, match="no training sentence"):
        run_universal_ner(train.select([]), train, model=tiny)
    with pytest.raises(ValueError, match="no test sentence"):
        run_universal_ner(train, train.select([]), model=tiny)
    with pytest.raises(ValueError, match="no entity type"):
        run_universal_ner(nothing, train, model=tiny)
    with pytest.raises(ValueError, match="lora_rank is -1"):
        run_universal_ner(train, train, model=tiny, lora_rank=-1)
    for number in ("texts_at_once", "max_new_tokens"):
        none_of_it: dict[str, Any] = {number: 0}
        with pytest.raises(ValueError, match=f"{number} is 0; it must be at least 1"):
            run_universal_ner(train, train, model=tiny, **none_of_it)


def test_a_type_that_never_occurs_is_asked_for_too(tiny):
    rows = load_labelled(Dataset.from_list(ROWS), "train")
    rows = rows.select([1])  # no city in it
    said = [turn["content"] for turn in conversations_of(rows)[0]]
    assert said[2:4] == ["What describes city in the text?", "[]"]
    assert run_universal_ner(rows, rows, model=tiny, num_train_epochs=0, max_new_tokens=2).details["questions"] == 2


def test_a_text_that_the_model_does_not_read_is_left_unanswered_and_counted(tiny, train):
    rows = load_labelled(Dataset.from_list([*ROWS, {"tokens": ["x" * 3000], "tags": ["B-city"]}]), "train")
    result = run_universal_ner(train, rows, model=tiny, num_train_epochs=0, max_new_tokens=2)
    assert result.details["unanswered"][TOO_LONG] == 2
    assert (result.details["questions"], result.tags[-1]) == (6, ["O"])


@pytest.mark.parametrize("share", [0.0001, 0.005, 0.5])
def test_files_that_are_cut(tiny, tmp_path, share):
    file, folder = tmp_path / "cut.gguf", tmp_path / "cut"
    write_gguf(tiny, file)
    shutil.copytree(tiny, folder)
    for path in (file, folder / "model.safetensors"):
        whole = path.read_bytes()
        path.write_bytes(whole[: int(share * len(whole))])
    for checkpoint in (file, folder):
        with pytest.raises(ValueError, match=r"cut.* holds no model that AutoModelForCausalLM loads"):
            load_language_model(checkpoint)


def test_an_encoder_is_no_language_model(tiny_bert_dir):
    with pytest.raises(ValueError, match="it is an encoder"):
        check_language_model(tiny_bert_dir)


def test_models_that_are_none(tmp_path):
    with pytest.raises(FileNotFoundError, match="no language model"):
        load_language_model(tmp_path / "absent")
    with pytest.raises(FileNotFoundError, match="no language model"):
        load_language_model(tmp_path / "absent.gguf")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "config.json").write_text(json.dumps({"model_type": "nonsense"}))
    with pytest.raises(ValueError, match="AutoModelForCausalLM"):
        load_language_model(tmp_path / "folder")


def test_a_saved_model_is_a_plain_one(tiny, train, tmp_path):
    run_universal_ner(
        train, train, model=tiny, output_dir=tmp_path / "out", num_train_epochs=1, max_new_tokens=2, **FAST
    )
    assert not (tmp_path / "out" / "adapter_config.json").exists()
    assert AutoModelForCausalLM.from_pretrained(tmp_path / "out").num_parameters() > 0


def test_gguf_files_are_loaded_trained_and_saved(tiny, train, tmp_path):
    pytest.importorskip("gguf")
    write_gguf(tiny, tmp_path / "tiny.gguf")
    of_gguf, tokenizer = load_language_model(tmp_path / "tiny.gguf")
    plain, _ = load_language_model(tiny)
    ids = torch.tensor([tokenizer("Ada in Rome", add_special_tokens=False)["input_ids"]])
    torch.testing.assert_close(of_gguf(ids).logits, plain(ids).logits)
    arguments = {**FAST, "num_train_epochs": 1, "max_new_tokens": 2, "output_dir": tmp_path / "out"}
    run_universal_ner(train, train, model=tmp_path / "tiny.gguf", **arguments)
    assert load_language_model(tmp_path / "out")[0].num_parameters() == plain.num_parameters()
