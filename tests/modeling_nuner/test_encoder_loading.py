from transformers import BertConfig, BertModel
from transformers.utils import logging

from nuner.modeling_nuner.encoder_loading import load_encoder, without_bars


def test_our_loading_and_saving_shows_no_bars_and_leaves_those_of_others_on(tmp_path, capfd):
    config = BertConfig(vocab_size=9, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8)
    logging.enable_progress_bar()
    with without_bars():
        BertModel(config).save_pretrained(tmp_path)
    load_encoder(tmp_path)
    assert capfd.readouterr() == ("", "")
    assert logging.is_progress_bar_enabled()
