import pytest

from nuner import ContrastiveTrainingArguments


def test_the_paper_preset_holds_the_values_of_section_3_3(tmp_path):
    args = ContrastiveTrainingArguments.preset("paper", output_dir=str(tmp_path))
    assert args.num_train_epochs == 10
    assert args.learning_rate == 3e-5
    assert args.train_batch_size == 48
    assert (args.adam_beta1, args.adam_beta2, args.adam_epsilon) == (0.9, 0.999, 1e-6)
    assert args.weight_decay == 0.01
    assert args.lr_scheduler_type == "linear"
    assert args.get_warmup_steps(1000) == 100
    assert args.num_frozen_text_layers == 6
    assert args.loss_normalization == "pairs"


def test_overrides_win(tmp_path):
    args = ContrastiveTrainingArguments.preset("quickstart", output_dir=str(tmp_path), num_train_epochs=1)
    assert args.num_train_epochs == 1


def test_unknown_preset():
    with pytest.raises(ValueError, match="no preset 'best'; choose from base, paper, quickstart"):
        ContrastiveTrainingArguments.preset("best")


def test_unknown_normalization(tmp_path):
    with pytest.raises(ValueError, match="loss_normalization is 'tokens'"):
        ContrastiveTrainingArguments(output_dir=str(tmp_path), loss_normalization="tokens")


def test_bf16_works_without_an_accelerator(tmp_path):
    assert ContrastiveTrainingArguments(output_dir=str(tmp_path), bf16=True).bf16


def test_more_frozen_layers_than_there_are_name_the_option_and_the_preset_that_fits(tmp_path):
    paper = ContrastiveTrainingArguments.preset("paper", output_dir=str(tmp_path))
    paper.check_depths(12, 12)
    with pytest.raises(
        ValueError, match=r"\(--frozen-layers\) is 6, .* 6 layers.* 5 or less, or take .* 'quickstart'"
    ):
        paper.check_depths(6, 6)
    quickstart = ContrastiveTrainingArguments.preset("quickstart", output_dir=str(tmp_path))
    with pytest.raises(ValueError, match=r"\(--frozen-concept-layers\) is 5, .* 4 layers.* 3 or less\.$"):
        quickstart.check_depths(4, 4)


@pytest.mark.parametrize(("preset", "layers"), [("quickstart", 6), ("base", 12), ("paper", 12)])
def test_a_preset_trains_some_layers_of_the_encoders_that_it_is_meant_for(tmp_path, preset, layers):
    ContrastiveTrainingArguments.preset(preset, output_dir=str(tmp_path)).check_depths(layers, layers)
    with pytest.raises(ValueError, match="some must be trained"):
        ContrastiveTrainingArguments.preset(preset, output_dir=str(tmp_path)).check_depths(1, 1)
