import json
import pickle
from importlib.metadata import entry_points

import pytest
from support.tiny_bi_encoder import save_tiny_bi_encoder
from support.tiny_recognizer import save_tiny_recognizer

from nuner import EntityRecognizer
from nuner.modeling_nuner.recognition.recognizer import Entity

spacy = pytest.importorskip("spacy")
# Registers the factory, as the entry point does.
pytest.importorskip("nuner.modeling_nuner.integrations.spacy_component")

TEXTS = ["london visited paris", "", "Acme, Berlin\r\n", "the ümit 😀 e\u0301 order-of monday", "a"]


@pytest.fixture(scope="module")
def model(tiny_bert_dir, tmp_path_factory):
    return str(save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("spacy")))


@pytest.fixture
def nlp(model):
    pipeline = spacy.blank("en")
    pipeline.add_pipe("nuner", config={"model": model})
    return pipeline


def spans_of(doc):
    return [(span.start_char, span.end_char, span.label_) for span in doc.spans["nuner"]]


def component_finding(nlp, entities, mode="expand"):
    """The component, with a recognizer that finds what it is told."""
    component = nlp.get_pipe("nuner")
    component.alignment_mode = mode
    component.recognizer = lambda text: [
        Entity(start=start, end=end, text=text[start:end], label=label, score=score)
        for start, end, label, score in entities
    ]
    return component


def test_spacy_finds_the_component_by_its_entry_point():
    (entry,) = entry_points(group="spacy_factories", name="nuner")
    from nuner.modeling_nuner.integrations.spacy_component import make_component

    assert entry.load() is make_component


def test_entities_are_those_of_the_recognizer_one_by_one_and_in_batches(nlp, model):
    found = EntityRecognizer.from_pretrained(model)(TEXTS)
    single = [nlp(text) for text in TEXTS]
    piped = list(nlp.pipe(TEXTS, batch_size=2))
    assert sum(map(len, found)) > 0
    for doc, other, entities in zip(single, piped, found, strict=True):
        assert spans_of(doc) == spans_of(other)
        assert doc.ents == tuple(sorted(doc.ents, key=lambda span: span.start))
        assert len(doc.spans["nuner"]) == len(entities)
        assert doc.spans["nuner"].attrs["scores"] == pytest.approx([entity["score"] for entity in entities], abs=1e-5)
    assert nlp.get_pipe("nuner").labels == ("city", "person")
    assert nlp.pipe_labels["nuner"] == ["city", "person"]


@pytest.mark.parametrize(
    ("mode", "ents", "span"),
    [("expand", ["in-London"], "in-London"), ("contract", [], "in-London"), ("strict", [], "in-London")],
)
def test_an_entity_within_a_token_is_counted_and_never_lost(nlp, mode, ents, span):
    from spacy.tokenizer import Tokenizer

    nlp.tokenizer = Tokenizer(nlp.vocab)  # splits at spaces only
    component = component_finding(nlp, [(6, 12, "city", 0.9)], mode)
    doc = component(nlp.make_doc("he in-London stays"))
    assert [span.text for span in doc.ents] == ents
    assert [s.text for s in doc.spans["nuner"]] == [span]
    assert component.misaligned == 1


def test_contracting_keeps_the_whole_tokens_within(nlp):
    component = component_finding(nlp, [(1, 9, "city", 0.9)], "contract")
    doc = component(nlp.make_doc("New York City"))
    assert [span.text for span in doc.ents] == ["York"] == [span.text for span in doc.spans["nuner"]]


def test_nested_entities_are_all_in_spans_and_the_longest_in_ents(nlp):
    component = component_finding(nlp, [(14, 20, "city", 0.9), (0, 20, "university", 0.8)])
    doc = component(nlp.make_doc("University of London"))
    assert [(span.text, span.label_) for span in doc.ents] == [("University of London", "university")]
    assert [span.label_ for span in doc.spans["nuner"]] == ["city", "university"]
    assert doc.spans["nuner"].attrs["scores"] == [0.9, 0.8]
    assert component.misaligned == 0


def test_entities_of_components_before_stay(nlp):
    component = component_finding(nlp, [(0, 3, "person", 0.9), (13, 18, "city", 0.9)])
    doc = nlp.make_doc("Ada lives in Paris")
    doc.ents = [doc.char_span(0, 9, label="rule")]
    assert [(span.text, span.label_) for span in component(doc).ents] == [("Ada lives", "rule"), ("Paris", "city")]
    assert [span.label_ for span in component(doc).spans["nuner"]] == ["person", "city"]


def test_a_pipeline_comes_back_from_disk_and_bytes_with_its_model(nlp, model, tmp_path, tiny_bert_dir):
    nlp.to_disk(tmp_path / "pipeline")
    loaded = spacy.load(tmp_path / "pipeline")
    assert loaded.config["components"]["nuner"]["model"] == model
    assert spans_of(loaded(TEXTS[0])) == spans_of(nlp(TEXTS[0]))
    other = spacy.blank("en")
    labels = ["O", "B-drug", "I-drug", "B-x", "I-x"]
    other.add_pipe("nuner", config={"model": str(save_tiny_recognizer(tiny_bert_dir, tmp_path / "drugs", labels))})
    assert other.get_pipe("nuner").labels == ("drug", "x")
    assert other.from_bytes(nlp.to_bytes()).get_pipe("nuner").labels == ("city", "person")


def test_the_pipelines_error_handler_decides_about_a_batch_that_fails(nlp):
    def failing(texts):
        raise RuntimeError("out of memory")

    nlp.get_pipe("nuner").recognizer = failing
    with pytest.raises(RuntimeError, match="out of memory"):
        list(nlp.pipe(TEXTS))
    failed = []
    nlp.set_error_handler(lambda name, component, docs, error: failed.append((name, len(docs), str(error))))
    assert list(nlp.pipe(TEXTS)) == []
    assert failed == [("nuner", len(TEXTS), "out of memory")]


def test_nlp_evaluate_scores_entities(nlp):
    from spacy.training import Example

    docs = [nlp.make_doc(text) for text in TEXTS[:1]]
    gold = [nlp(text) for text in TEXTS[:1]]
    scores = nlp.evaluate([Example(doc, reference) for doc, reference in zip(docs, gold, strict=True)])
    assert scores["ents_f"] == 1.0


def test_bad_settings_are_told(model, tmp_path):
    with pytest.raises(ValueError, match="alignment_mode is 'round'"):
        spacy.blank("en").add_pipe("nuner", config={"model": model, "alignment_mode": "round"})
    with pytest.raises(FileNotFoundError, match="there is no recognizer"):
        spacy.blank("en").add_pipe("nuner", config={"model": str(tmp_path / "none")})


def test_a_bi_encoder_finds_the_types_of_the_settings(tiny_bert_dir, tmp_path):
    checkpoint = str(save_tiny_bi_encoder(tiny_bert_dir, tmp_path / "bi"))
    types = {"place": "city", "firm": "company"}
    pipeline = spacy.blank("en")
    pipeline.add_pipe("nuner", config={"model": checkpoint, "labels": types})
    expected = EntityRecognizer.from_pretrained(checkpoint, labels=types)(TEXTS)
    docs = list(pipeline.pipe(TEXTS))
    assert {label for doc in docs for _, _, label in spans_of(doc)} == {"place", "firm"}
    assert [len(doc.spans["nuner"]) for doc in docs] == [len(found) for found in expected]
    assert pipeline.get_pipe("nuner").labels == ("place", "firm")
    pipeline.to_disk(tmp_path / "pipeline")
    again = spacy.load(tmp_path / "pipeline")
    assert [spans_of(again(text)) for text in TEXTS] == [spans_of(doc) for doc in docs]


def test_several_processes_find_the_same(nlp):
    texts = TEXTS * 4
    assert [spans_of(doc) for doc in nlp.pipe(texts, batch_size=5, n_process=2)] == [
        spans_of(doc) for doc in nlp.pipe(texts)
    ]


def test_a_spawned_process_gets_a_component_of_its_own(nlp):
    component = nlp.get_pipe("nuner")
    again = pickle.loads(pickle.dumps(component))
    assert again.recognizer is not component.recognizer
    assert spans_of(again(nlp.make_doc(TEXTS[0]))) == spans_of(nlp(TEXTS[0]))


def test_types_and_a_threshold_choose_among_the_entities(model, tmp_path):
    found = EntityRecognizer.from_pretrained(model)(TEXTS)
    middle = sorted(entity["score"] for row in found for entity in row)[2]
    pipeline = spacy.blank("en")
    pipeline.add_pipe("nuner", config={"model": model, "labels": ["city"], "threshold": middle})
    chosen = [[e for e in row if e["label"] == "city" and e["score"] >= middle] for row in found]
    assert [len(doc.spans["nuner"]) for doc in pipeline.pipe(TEXTS)] == [len(row) for row in chosen]
    assert 0 < sum(map(len, chosen)) < sum(map(len, found))
    assert pipeline.get_pipe("nuner").labels == ("city",)
    pipeline.to_disk(tmp_path / "pipeline")
    again = spacy.load(tmp_path / "pipeline")
    assert [spans_of(again(text)) for text in TEXTS] == [spans_of(pipeline(text)) for text in TEXTS]


def test_a_pipeline_that_was_saved_without_a_threshold_is_loaded(nlp, tmp_path):
    nlp.to_disk(tmp_path / "pipeline")
    settings = tmp_path / "pipeline/nuner/nuner.json"
    earlier = {name: value for name, value in json.loads(settings.read_text()).items() if name != "threshold"}
    settings.write_text(json.dumps(earlier))
    assert spans_of(spacy.load(tmp_path / "pipeline")(TEXTS[0])) == spans_of(nlp(TEXTS[0]))
