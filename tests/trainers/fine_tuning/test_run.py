import json
import shutil
import time
from typing import Any

import pytest
import torch
from datasets import Dataset, DatasetDict
from support.labelled_cities import FEATURES, city_sentences
from support.tiny_bi_encoder import save_tiny_bi_encoder
from transformers import TrainerCallback

from nuner import EntityRecognizer, FineTuningArguments, finetune, load_labelled, run_finetuning, save_recognizer
from nuner.hub_cards import ModelCardCallback, Source, TrainingData, TrainingFacts
from nuner.hub_cards.hub.push import check_safe_to_load

FAST: dict[str, Any] = {"learning_rate": 5e-3, "num_train_epochs": 12}


@pytest.mark.parametrize("preset", ["default", "section-6", "lora"])
def test_a_recognizer_learns_and_is_reproducible(tiny_bert_dir, tmp_path, preset):
    def run() -> Any:
        return finetune(
            tiny_bert_dir, city_sentences(18), tmp_path, eval_dataset=city_sentences(6), preset=preset, **FAST
        )

    trainer = run()
    assert trainer.evaluate()["eval_f1"] > 0.9
    assert trainer.model.config.id2label == {0: "O", 1: "city"}
    again = run()
    assert all(again.model.state_dict()[name].equal(weight) for name, weight in trainer.model.state_dict().items())
    assert not list(tmp_path.iterdir())


def test_a_probe_leaves_the_encoder_as_it_is(tiny_bert_dir, tmp_path):
    from transformers import AutoModel

    trainer: Any = finetune(
        tiny_bert_dir, city_sentences(18), tmp_path, eval_dataset=city_sentences(6), preset="probe"
    )
    assert trainer.state.global_step == 0
    assert trainer.evaluate()["eval_f1"] > 0.9
    before = AutoModel.from_pretrained(tiny_bert_dir).state_dict()
    after = trainer.model.nuner.encoder.state_dict()
    assert all(weight.equal(before[name]) for name, weight in after.items())


def test_frozen_layers_stay_and_others_move(tiny_bert_dir, tmp_path):
    from transformers import AutoModel

    trainer: Any = finetune(tiny_bert_dir, city_sentences(6), tmp_path, frozen_share=0.5, **FAST)
    before = AutoModel.from_pretrained(tiny_bert_dir).encoder.layer
    after = trainer.model.nuner.encoder.encoder.layer
    same = [
        all(a.equal(b) for a, b in zip(old.state_dict().values(), new.state_dict().values(), strict=True))
        for old, new in zip(before, after, strict=True)
    ]
    assert same == [True, False]


def test_the_solved_classifier_agrees_with_a_frozen_encoder_in_both_presets(tiny_bert_dir, tmp_path):
    probe: Any = finetune(tiny_bert_dir, city_sentences(9), tmp_path, preset="probe")
    start: Any = finetune(tiny_bert_dir, city_sentences(9), tmp_path, classifier_init="solver", num_train_epochs=0)
    assert torch.equal(probe.model.classifier[-1].weight, start.model.classifier[-1].weight)


@pytest.mark.parametrize("scheme", ["plain", "IOB2"])
def test_a_recognizer_of_a_bi_encoder_starts_at_the_names_of_its_types(tiny_bert_dir, tmp_path, scheme):
    bi_encoder = save_tiny_bi_encoder(tiny_bert_dir, tmp_path / "bi")
    start: Any = finetune(
        bi_encoder, city_sentences(9), tmp_path / "run", label_scheme=scheme, frozen_share=0.0, num_train_epochs=0
    )
    save_recognizer(start.model, start.processing_class, tmp_path / "start")
    named = EntityRecognizer.from_pretrained(bi_encoder, labels=["city"])
    texts = ["paris, berlin and london", "acme paid the order", "monday", "the bought x9"]
    found = [[(e["start"], e["label"]) for e in entities] for entities in named(texts)]
    assert any(found) and not all(len(text.split()) == len(of) for text, of in zip(texts, found, strict=True))
    recognizer = EntityRecognizer.from_pretrained(tmp_path / "start")
    firsts = [[(e["start"], e["label"]) for e in entities] for entities in recognizer(texts)]
    if scheme == "plain":
        assert firsts == found
    else:  # B and I are as probable: which words are in entities is the same, not where these part
        assert [{label for _, label in of} for of in firsts] == [{label for _, label in of} for of in found]


def test_a_bi_encoder_of_which_only_the_text_encoder_is_wanted(tiny_bert_dir, tmp_path):
    bi_encoder = save_tiny_bi_encoder(tiny_bert_dir, tmp_path / "bi")
    heads: list[Any] = [
        finetune(encoder, city_sentences(9), tmp_path / "run", classifier_init=init, num_train_epochs=0)
        for encoder, init in ((bi_encoder, "random"), (bi_encoder, "auto"), (tiny_bert_dir, "auto"))
    ]
    weights = [head.model.classifier[-1].weight for head in heads]
    assert torch.equal(weights[0], weights[2]) and not torch.equal(weights[0], weights[1])


def test_early_stopping_returns_to_the_best_epoch(tiny_bert_dir, tmp_path):
    trainer: Any = finetune(
        tiny_bert_dir,
        city_sentences(18),
        tmp_path,
        eval_dataset=city_sentences(6),
        learning_rate=5e-3,
        num_train_epochs=60,
        early_stopping_patience=3,
    )
    assert trainer.state.epoch < 60
    assert trainer.evaluate()["eval_f1"] == pytest.approx(trainer.state.best_metric)
    assert not list(tmp_path.iterdir())


def test_data_sets_of_any_form(tiny_bert_dir, tmp_path):
    plain = Dataset.from_list([{"tokens": ["anna", "in", "paris"], "tags": ["person", "O", "city"]}] * 4)
    trainer: Any = finetune(tiny_bert_dir, plain, tmp_path, eval_dataset=plain, num_train_epochs=1)
    assert list(trainer.model.config.id2label.values()) == ["O", "city", "person"]
    spans = Dataset.from_list([{"text": "anna in paris", "entities": [{"start": 8, "end": 13, "label": "city"}]}] * 4)
    trainer = finetune(tiny_bert_dir, spans, tmp_path, num_train_epochs=1)
    assert trainer.model.config.label2id == {"O": 0, "city": 1}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "the training set is empty"),
        ([{"tokens": ["in"], "ner_tags": [0]}], "the words of all 1 sentences are tagged 'O'"),
        ([{"tokens": ["in", "paris"], "ner_tags": [1]}], "2 tokens but 1 tags"),
    ],
)
def test_a_training_set_that_teaches_nothing(tiny_bert_dir, tmp_path, rows, message):
    columns = {name: [row[name] for row in rows] for name in FEATURES}
    data = Dataset.from_dict(columns, features=FEATURES)
    with pytest.raises(ValueError, match=message):
        finetune(tiny_bert_dir, data, tmp_path)


def test_a_type_without_an_example(tiny_bert_dir, tmp_path):
    rows = [{"tokens": ["in", "paris"], "tags": ["O", "city"]}]
    both = [{"tokens": ["anna"], "tags": ["person"]}, *rows]
    with pytest.raises(ValueError, match="no example of type 'person'"):
        finetune(tiny_bert_dir, Dataset.from_list(rows), tmp_path, eval_dataset=Dataset.from_list(both))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"preset": "best"}, "no preset 'best'; choose from default, lora, probe, section-6"),
        ({"label_scheme": "IOB9"}, "label_scheme is 'IOB9'; it must be one of auto, IOB2, plain"),
        ({"class_weights": "heavy"}, "must be 'balanced' or None"),
        ({"layer_decay": 0.0}, "must be above 0 and at most 1"),
        ({"preset": "section-6", "classifier_init": "solver"}, "two layers cannot start at 'solver'"),
        ({"classifier_init": "zeros"}, "classifier_init is 'zeros'; it must be one of auto, names, solver, random"),
        ({"classifier_init": "names"}, "has no concept encoder"),
        ({"lora_rank": 4, "train_encoder": False}, "a frozen encoder has no adapters"),
        ({"early_stopping_patience": 2}, "early stopping needs sentences to measure on"),
        ({"frozen_share": 1.0}, "must be at least 0 and below 1"),
    ],
)
def test_arguments_that_make_no_sense(tiny_bert_dir, tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        finetune(tiny_bert_dir, city_sentences(3), tmp_path, **arguments)


def test_an_encoder_that_does_not_exist(tmp_path):
    with pytest.raises(OSError, match="no-such-encoder"):
        finetune(tmp_path / "no-such-encoder", city_sentences(3), tmp_path)


def cities(**splits: int) -> DatasetDict:
    return DatasetDict({split: city_sentences(number) for split, number in splits.items()})


def test_a_run_writes_its_figures_and_the_card_of_its_recognizer(tiny_bert_dir, tmp_path):
    account = ModelCardCallback(TrainingFacts(data=TrainingData(Source("Cities")), scored_on="test"))
    told = []
    figures = run_finetuning(
        tiny_bert_dir,
        cities(train=18, test=6),
        tmp_path / "out",
        data_name="cities",
        k=4,
        seed=3,
        tell=told.append,
        callbacks=[account],
        class_weights=None,
        **FAST,
    )
    assert json.loads((tmp_path / "out" / "finetuning.json").read_text(encoding="utf-8")) == figures
    assert figures["test"]["eval_f1"] > 0.9 and figures["architecture"] == "BertForTokenClassification"
    size = figures["train_sentences"]
    assert 4 <= size <= 8 and (figures["data_set"], figures["k"], figures["seed"]) == ("cities", 4, 3)
    assert told == [f"Training on {size} sentences of cities (k = 4, seed 3); 1 types"]
    facts = TrainingFacts.load(tmp_path / "out")
    assert facts.data is not None
    assert (facts.data.sentences, facts.data.sample) == ({"train": size, "test": 6}, "k = 4, seed 3")
    assert facts.type_scores["city"]["support"] == 6
    recognizer = EntityRecognizer.from_pretrained(tmp_path / "out")
    assert [entity["text"] for entity in recognizer("anna lives in berlin")] == ["berlin"]


def test_a_run_without_a_card_keeps_adapters_and_passes_over_what_is_none(tiny_bert_dir, tmp_path):
    figures = run_finetuning(
        tiny_bert_dir, cities(train=6, test=3), tmp_path, preset="lora", num_train_epochs=1, learning_rate=None
    )
    assert figures["learning_rate"] == FineTuningArguments.preset("lora", output_dir="").learning_rate
    assert (tmp_path / "adapters" / "adapter_model.safetensors").is_file()
    assert not (tmp_path / "README.md").exists()


@pytest.mark.parametrize("last", ["default", "section-6", "lora"])
def test_of_earlier_runs_in_a_folder_nothing_is_left_but_what_is_not_theirs(tiny_bert_dir, tmp_path, last):
    def run(preset: str, folder: str) -> None:
        data = cities(train=6, test=3)
        run_finetuning(
            tiny_bert_dir,
            data,
            tmp_path / folder,
            preset=preset,
            overwrite=True,
            num_train_epochs=1,
            tell=lambda _: None,
        )

    def files(folder: str) -> set[str]:
        paths = (tmp_path / folder).rglob("*")
        return {path.relative_to(tmp_path / folder).as_posix() for path in paths if path.is_file()}

    run(last, "once")
    (tmp_path / "often").mkdir()
    (tmp_path / "often" / "train.py").write_text("print('of the user')", encoding="utf-8")
    for preset in ("section-6", "lora", "default", "lora", "section-6", last):
        run(preset, "often")
    assert files("often") == {*files("once"), "train.py"}
    (tmp_path / "often" / "train.py").unlink()
    check_safe_to_load(tmp_path / "often")
    assert ("modeling_nuner.py" in files("often")) == (last == "section-6")
    assert ("adapters/adapter_config.json" in files("often")) == (last == "lora")


@pytest.mark.parametrize("config", [None, "{", "[]", {"model_type": "own", "auto_map": {"AutoModel": "own.Own"}}])
def test_code_and_adapters_that_no_run_wrote_stay(tiny_bert_dir, tmp_path, config):
    theirs = {
        "own.py": "from . import other",
        "other.py": "",
        "modeling_nuner.py": "",
        "adapters/adapter_config.json": "{}",
    }
    for name, content in theirs.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    if config is not None:
        content = config if isinstance(config, str) else json.dumps(config)
        (tmp_path / "config.json").write_text(content, encoding="utf-8")
    run_finetuning(tiny_bert_dir, cities(train=6, test=3), tmp_path, overwrite=True, num_train_epochs=1)
    assert {name: (tmp_path / name).read_text(encoding="utf-8") for name in theirs} == theirs


@pytest.mark.parametrize("module", ["{outside}/own", "../outside/own", "folder/own"])
def test_code_elsewhere_is_not_removed_whatever_a_configuration_names(tiny_bert_dir, tmp_path, module):
    model, outside = tmp_path / "model", tmp_path / "outside"
    kept = [outside / "own.py", model / "folder" / "own.py"]
    for path in kept:
        path.parent.mkdir(parents=True)
        path.write_text("", encoding="utf-8")
    config = {"model_type": "nuner", "auto_map": {"AutoModel": f"{module.format(outside=outside)}.Own"}}
    (model / "config.json").write_text(json.dumps(config), encoding="utf-8")
    trainer: Any = finetune(tiny_bert_dir, city_sentences(3), tmp_path / "run", num_train_epochs=0)
    save_recognizer(trainer.model, trainer.processing_class, model)
    assert all(path.is_file() for path in kept)


def test_a_recognizer_that_is_saved_over_another_has_no_code_of_it(tiny_bert_dir, tmp_path):
    for preset in ("section-6", "default"):
        trainer: Any = finetune(tiny_bert_dir, city_sentences(3), tmp_path / "run", preset=preset, num_train_epochs=0)
        save_recognizer(trainer.model, trainer.processing_class, tmp_path / "model")
        assert ((tmp_path / "model" / "modeling_nuner.py").exists()) == (preset == "section-6")
    # Also of one that lacks some of it.
    trainer.model.save_pretrained(tmp_path / "model")
    (tmp_path / "model" / "layer_split.py").unlink()
    save_recognizer(trainer.model, trainer.processing_class, tmp_path / "model")
    assert not list((tmp_path / "model").glob("modeling_nuner.py"))
    check_safe_to_load(tmp_path / "model")


def test_a_file_in_the_way_is_named_before_the_training(tiny_bert_dir, tmp_path):
    class Unwanted(TrainerCallback):
        def on_train_begin(self, *args: Any, **kwargs: Any) -> None:
            raise AssertionError("the training has begun")

    (tmp_path / "taken").write_text("of the user", encoding="utf-8")
    for overwrite in (False, True):
        with pytest.raises(FileExistsError, match="taken"):
            run_finetuning(
                tiny_bert_dir,
                cities(train=6, test=3),
                tmp_path / "taken",
                overwrite=overwrite,
                callbacks=[Unwanted()],
                num_train_epochs=1,
            )
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "of the user"


def test_an_encoder_is_never_replaced_by_what_is_made_of_it(tiny_bert_dir, tmp_path):
    encoder = tmp_path / "encoder"
    shutil.copytree(tiny_bert_dir, encoder)
    before = {path.name: path.read_bytes() for path in encoder.iterdir()}
    for overwrite in (False, True):
        for output, why in ((encoder, "is what is read"), (tmp_path, "contains what is read")):
            with pytest.raises(FileExistsError, match=why):
                run_finetuning(encoder, cities(train=6, test=3), output, overwrite=overwrite, num_train_epochs=1)
    assert {path.name: path.read_bytes() for path in encoder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["encoder"]


def test_a_run_that_stops_has_written_nothing(tiny_bert_dir, tmp_path):
    class Stop(TrainerCallback):
        def on_evaluate(self, *args: Any, **kwargs: Any) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_finetuning(tiny_bert_dir, cities(train=6, test=3), tmp_path, num_train_epochs=1, callbacks=[Stop()])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("splits", "arguments", "message"),
    [
        ({"train": 1}, {}, "the data set has no test split, and its 1 training sentences are too few"),
        ({"train": 6, "test": 3}, {"early_stopping_patience": 2}, "early stopping needs a split 'validation'"),
        ({"train": 6, "test": 3}, {"k": 50}, "k = 50 is too large"),
    ],
)
def test_splits_that_do_not_suffice(tiny_bert_dir, tmp_path, splits, arguments, message):
    with pytest.raises(ValueError, match=message):
        run_finetuning(tiny_bert_dir, cities(**splits), tmp_path, **arguments)


@pytest.mark.slow
def test_a_few_dozen_sentences_take_less_than_a_minute(tmp_path):
    from nuner.data_builders.labelled.samples.k_shot import annotation_counts, sample_k_shot
    from nuner.quickstart.base_encoder import find_base_encoder

    train = load_labelled("support-tickets", "train")
    sample = train.select(sample_k_shot(annotation_counts(train), 16, 0))
    started = time.monotonic()
    finetune(find_base_encoder()[0], sample, tmp_path)
    assert time.monotonic() - started < 60
