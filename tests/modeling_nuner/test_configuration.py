import pytest
from transformers import AutoConfig, BertConfig, RobertaConfig

from nuner import NuNerConfig


def test_defaults_are_the_papers():
    config = NuNerConfig()
    assert isinstance(config.text_config, RobertaConfig)
    assert isinstance(config.concept_config, RobertaConfig)
    assert config.concept_config is not config.text_config
    assert config.temperature == 5.0
    assert config.hidden_size == 768
    assert config.num_hidden_layers == 12


def test_round_trip_keeps_both_encoders(tmp_path):
    config = NuNerConfig(
        text_config=BertConfig(hidden_size=32, num_attention_heads=2),
        concept_config=RobertaConfig(hidden_size=32, num_attention_heads=2, num_hidden_layers=3),
        temperature=2,
        concept_pooling="mean",
        feature_layers=(-1, -4),
        id2label={0: "O", 1: "B-drug"},
    )
    config.save_pretrained(tmp_path)
    loaded = AutoConfig.from_pretrained(tmp_path)
    assert isinstance(loaded, NuNerConfig)
    assert isinstance(loaded.text_config, BertConfig)
    assert isinstance(loaded.concept_config, RobertaConfig)
    assert loaded.concept_config.num_hidden_layers == 3
    assert (loaded.temperature, loaded.concept_pooling, loaded.feature_layers) == (2, "mean", [-1, -4])
    assert loaded.id2label == {0: "O", 1: "B-drug"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"concept_pooling": "max"}, "concept_pooling is 'max'"),
        ({"temperature": 0}, "temperature is 0"),
        ({"num_classifier_layers": 3}, "num_classifier_layers is 3"),
        ({"feature_layers": [13]}, "feature_layers is"),
        ({"feature_layers": []}, "feature_layers is"),
        ({"concept_config": BertConfig(hidden_size=32, num_attention_heads=2)}, "one hidden size"),
    ],
)
def test_what_makes_no_sense_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        NuNerConfig(**fields)
