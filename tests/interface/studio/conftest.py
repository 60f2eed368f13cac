import pytest
from support.running_studio import chromium, studio_thread
from support.tiny_bi_encoder import save_tiny_bi_encoder


@pytest.fixture(scope="session")
def bi_encoder(tiny_bert_dir, tmp_path_factory):
    return save_tiny_bi_encoder(tiny_bert_dir, tmp_path_factory.mktemp("bi-encoder") / "tiny")


@pytest.fixture
def studio(bi_encoder, tmp_path):
    """Address of a studio of a few texts, and the studio."""
    with studio_thread(tmp_path / "trips.studio", bi_encoder) as served:
        yield served


@pytest.fixture(scope="module")
def browser():
    """Chromium; not for all of a run, in which other tests have event loops of their own."""
    with chromium() as started:
        yield started
