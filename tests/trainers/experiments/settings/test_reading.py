import pytest

from nuner.trainers.experiments.catalog.few_shot_frozen import FewShotFrozenSettings
from nuner.trainers.experiments.settings.reading import read_settings, settings_text

DATA = "\ndata_sets: {tickets: support-tickets}"


def read(text):
    return read_settings(FewShotFrozenSettings, text, "my.yaml")


def test_numbers_and_words_are_those_of_yaml_1_2():
    settings = read(
        "encoders: {NO: {text_encoder: no, corpus: x, arguments: {learning_rate: 2e-4}}}\n"
        "data_sets: {2004: support-tickets}"
    )
    assert settings.encoders["NO"].text_encoder == "no"
    assert settings.encoders["NO"].arguments == {"learning_rate": 2e-4}
    assert list(settings.data_sets) == ["2004"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "my.yaml must hold keys and values."),
        ("- encoders", "my.yaml must hold keys and values."),
        ("encoders: [1", "my.yaml is no YAML: line 1: expected ',' or ']'"),
        ("encoders: {a: x, a: y}", 'my.yaml is no YAML: line 1: found duplicate key "a"'),
        ("encoders: \0", "my.yaml is no YAML: unacceptable character #x0000"),
        ("encoders: " + "[" * 3000, "my.yaml is no YAML: "),
        ("encoders: 2026-13-40", "my.yaml is no YAML: month must be in 1..12"),
        ('encoders: "\\U00110000"', "my.yaml is no YAML: chr()"),
        ("encoders: {a: x}", "my.yaml: the key 'data_sets' is missing."),
        ("encodrs: {a: x}" + DATA, "my.yaml: there is no key 'encodrs'; did you mean 'encoders'?"),
        (
            "encoders: {a: {text_encodr: x}}" + DATA,
            "there is no key 'encoders.a.text_encodr'; did you mean 'text_enco",
        ),
        ("encoders: {}" + DATA, "my.yaml: encoders is {}; it must hold 1 at least."),
        ("encoders: {a: [x]}" + DATA, "my.yaml: encoders.a is ['x']; it must hold keys and values."),
        ("encoders: {a: x}\nks: 4" + DATA, "my.yaml: ks is 4; it must be a list."),
        ("encoders: {a: x}\nks: [0]" + DATA, "my.yaml: ks is [0]: ks must be different numbers of at least 1"),
        ("encoders: {a: x}\nsamples: ten" + DATA, "my.yaml: samples is 'ten'; it must be a whole number."),
        ("encoders: {a: x}\nmeasure_on: dev" + DATA, "measure_on is 'dev': input should be 'test' or 'held-out'"),
        ("encoders: {a: {text_encoder: x, preset: papr}}" + DATA, "there is no such preset; did you mean 'paper'?"),
        ("encoders: {a: {text_encoder: x, arguments: {lerning_rate: 1}}}" + DATA, "did you mean 'learning_rate'?"),
        ("encoders: {a: {text_encoder: x, seeds: [0, 0]}}" + DATA, "seeds is [0, 0]: one of them is there twice"),
        (
            "encoders: {a: {text_encoder: x, arguments: {learning_rate: fast}}}" + DATA,
            "encoders.a.arguments is {'learning_rate': 'fast'}: learning_rate is 'fast'; it must be of type float",
        ),
        ("encoders: {a: {text_encoder: x, arguments: {seed: 1}}}" + DATA, "seed is no key of arguments; seeds"),
        ("encoders: {a: {text_encoder: x, arguments: {output_dir: x}}}" + DATA, "the nearest are "),
        ("encoders: {a: {text_encoder: x, corpus: bundled, seeds: [-1]}}" + DATA, "a.seeds.0 is -1: input should be"),
        ("encoders: {a: {text_encoder: x, arguments: {num_train_epochs: 0}}}" + DATA, "is 0; it must be more than 0"),
        (
            "encoders: {a: {text_encoder: x, corpus: {options: {languages: 3}}}}" + DATA,
            "languages is 3; it must be a",
        ),
        (
            "encoders: {a: {text_encoder: x, corpus: {options: {lowercase: no}}}}" + DATA,
            "is 'no'; it must be true or",
        ),
        (
            "encoders: {a: {text_encoder: x, seeds: [0, 1], preset: paper}}" + DATA,
            "without a corpus it is not trained, and preset, seeds would mean nothing",
        ),
        ("encoders: {a: {text_encoder: x, model: {temperature: hot}}}" + DATA, "temperature must be a number"),
        ("encoders: {a: {text_encoder: x, model: {temperatur: 1}}}" + DATA, "did you mean 'temperature'?"),
        ("encoders: {a: {text_encoder: x, corpus: {options: {max_concept: 1}}}}" + DATA, "mean 'max_concepts'?"),
        (
            "encoders: {a: {text_encoder: x, token_classification: papr, corpus: x}}" + DATA,
            "there is no such preset; did you mean 'paper'?",
        ),
        (
            "encoders: {a: {text_encoder: x, corpus: x, token_classification: paper, model: {}, preset: paper}}"
            + DATA,
            "preset, model would mean nothing for token_classification, which has its own",
        ),
        (
            "encoders: {a: {text_encoder: x, token_classification: paper}}" + DATA,
            "without a corpus it is not trained, and token_classification would mean nothing",
        ),
        (
            "encoders: {a: {text_encoder: x, corpus: x, token_classification: {arguments: {lora_rank: 1}}}}" + DATA,
            "there is no 'lora_rank'",
        ),
        ("encoders: {a: x}\ndata_sets: {t: {source: x, options: {schem: IOB2}}}", "did you mean 'scheme'?"),
    ],
)
def test_faults_are_told_in_a_sentence_with_the_nearest_right_name(text, message):
    with pytest.raises(ValueError) as error:
        read(text)
    assert message in str(error.value) and "\n" not in str(error.value)


def test_settings_that_are_neither_a_preset_nor_a_file():
    with pytest.raises(FileNotFoundError, match="name a YAML file, or one of default, paper"):
        settings_text("few-shot-frozen", "papr")


def test_a_file_that_is_no_text_is_named(tmp_path):
    file = tmp_path / "saved.yaml"
    file.write_bytes("encoders: {a: x}".encode("utf-16"))
    with pytest.raises(ValueError, match=r"saved\.yaml is no YAML: it is not text in UTF-8"):
        settings_text("few-shot-frozen", file)


def test_the_mark_that_some_editors_put_first_is_none_of_the_settings(tmp_path):
    file = tmp_path / "saved.yaml"
    file.write_text("encoders: {a: x}", encoding="utf-8-sig")
    assert settings_text("few-shot-frozen", file) == "encoders: {a: x}"


def test_every_preset_can_be_read():
    from nuner.trainers.experiments.all_experiments import EXPERIMENTS
    from nuner.trainers.experiments.settings.reading import preset_names

    for name, experiment in EXPERIMENTS.items():
        assert "default" in preset_names(name)
        for preset in preset_names(name):
            read_settings(experiment.settings, settings_text(name, preset), preset)
