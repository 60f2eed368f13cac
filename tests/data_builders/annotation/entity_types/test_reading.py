"""Lists of types as users write them, and what is said of those that cannot be used."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.annotation.entity_types.reading import TypesError, read_types
from nuner.data_builders.annotation.entity_types.type_list import EntityType

WHOLE = """
# what our customers write about
guidelines: |
  Mark the longest passage.
  A name is marked each time.
types:
  - name: order number
    description: what an order is called by
    guideline: Without the word "order".
    examples: [4411, A-17]
    aliases: [Bestellnummer, numéro de commande]
  - product
  - {name: yes, description: 1.5}
"""


@pytest.fixture
def types_file(tmp_path):
    file = tmp_path / "types.yaml"

    def write(text):
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_a_whole_file(types_file):
    types = read_types(types_file(WHOLE))
    assert types.guidelines == "Mark the longest passage.\nA name is marked each time."
    assert types.types == (
        EntityType(
            "order number",
            "what an order is called by",
            'Without the word "order".',
            ("4411", "A-17"),
            ("Bestellnummer", "numéro de commande"),
        ),
        EntityType("product"),
        EntityType("yes", "1.5"),
    )


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        ("types:\n- city\n- drug\n- city\n", 4, "the type 'city' is there twice"),
        ("types:\n- City\n- name: drug\n- name: city\n", 4, "'city' stands for two types"),
        ("types:\n- name: city\n  aliases: [drug]\n- drug\n", 4, "stands for two types"),
        ("types:\n- name: city\n  description:\n", 3, "'description' of the type 'city' is empty"),
        ("types:\n- name: city\n  description: '  '\n", 3, "'description' of the type 'city' is empty"),
        ("types:\n- name: city\n\n  examples: []\n", 4, "'examples' of the type 'city' is empty"),
        ("types:\n- name: ''\n", 2, "'name' of the type is empty"),
        ("types:\n- description: a town\n", 2, "the type has no name"),
        ("types:\n- name: city\n  descripton: a town\n", 3, "has no key 'descripton'; known are name, description"),
        ("guideline: all\ntypes: [city]\n", 1, "the file has no key 'guideline'; known are types, guidelines"),
        ("types:\n- name: city\n  name: town\n", 3, "duplicate key"),
        ("types:\n- [city, drug]\n", 2, "a type is a name, or has the keys"),
        ("types:\n- name: {en: city}\n", 2, "'name' of the type must be text"),
        ("types:\n- name: city\n  description: [a, b]\n", 3, "must be text"),
        ("types:\n- none\n", 2, "of no type"),
        ("types:\n- null\n", 2, "of no type"),
        ('types:\n- "a\\ab"\n', 2, "control character"),
        ("\ntypes: []\n", 2, "a list of at least one type"),
        ("types: city\n", 1, "a list of at least one type"),
        ("types:\n- city\n  - drug: [\n", 3, "no YAML"),
        ("guidelines:\ntypes: [city]\n", 1, "'guidelines' of the file is empty"),
    ],
)
def test_what_is_refused_is_told_with_its_line(types_file, text, where, reason):
    file = types_file(text)
    with pytest.raises(TypesError) as refused:
        read_types(file)
    assert str(refused.value).startswith(f"{file}:{where}: ")
    assert reason in str(refused.value)


def test_names_and_examples_stay_what_is_written(types_file):
    written = ["no", "1984", "007", "2.50", "1e3", "2024-01-01", "12:30", "true"]
    listed = "".join(f"- {each}\n" for each in written)
    types = read_types(types_file(f"types:\n{listed}- {{name: x, examples: [{', '.join(written)}]}}"))
    assert [each.name for each in types.types] == [*written, "x"]
    assert types.types[-1].examples == tuple(written)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- city\n",
        "city",
        "5",
        "\x00",
        "a: &a [*a]\ntypes: [x]",
        "types: !!python/object:os.x {}",
        'types: ["\\U00110000"]',
        "types: " + "[" * 3000,
    ],
)
def test_what_is_no_list_of_types(types_file, text):
    with pytest.raises(TypesError, match=r"types\.yaml"):
        read_types(types_file(text))


def test_escapes_of_json_are_the_characters_that_they_stand_for(types_file):
    listed = [{"name": "food \N{SLICE OF PIZZA}", "description": "to eat", "examples": ["\N{SLICE OF PIZZA}"]}]
    [food] = read_types(types_file(json.dumps({"types": listed}))).types
    assert (food.name, food.examples) == ("food \N{SLICE OF PIZZA}", ("\N{SLICE OF PIZZA}",))
    [city] = read_types(types_file('types: ["city\\ud800"]')).types
    assert city.name == "city"


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "types.yaml").write_bytes(b"types:\n- caf\xe9\n")
    with pytest.raises(TypesError, match="not text in UTF-8"):
        read_types(tmp_path / "types.yaml")


@given(st.text(alphabet=st.sampled_from([*"types:\n- nameaguidlc[]{},'\"#&*!|>%@`\t0é"]), max_size=60))
def test_any_text_is_read_or_refused(tmp_path_factory, text):
    file = tmp_path_factory.mktemp("types") / "types.yaml"
    file.write_text(text, encoding="utf-8")
    try:
        types = read_types(file)
    except TypesError:
        return
    assert len(types.names) == len(types.types)
