"""Registration with the Auto classes, whatever is imported first, and no torch before it is needed."""

import subprocess
import sys

import pytest

CHECK = """
import nuner
from transformers import AutoConfig
from transformers.models.auto.modeling_auto import MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING, MODEL_MAPPING
assert MODEL_MAPPING[nuner.NuNerConfig] is nuner.NuNerModel
assert MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING[nuner.NuNerConfig] is nuner.NuNerForTokenClassification
assert type(AutoConfig.for_model("nuner")) is nuner.NuNerConfig
assert not any(type(finder).__module__ == "nuner.modeling_nuner.registration" for finder in sys.meta_path)
"""


@pytest.mark.parametrize(
    "first",
    [
        "import nuner; from transformers import RobertaModel",
        "import nuner; nuner.NuNerConfig",
        "from nuner.modeling_nuner.layer_split import starting_from",
    ],
)
def test_the_classes_are_registered(first):
    done = subprocess.run([sys.executable, "-c", f"import sys\n{first}\n{CHECK}"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_torch_is_not_imported_before_it_is_needed():
    imports = "import sys, nuner, nuner.cli, nuner.modeling_nuner.recognition.recognizer"
    script = f"{imports}; print({{'torch', 'transformers'}} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_modules_still_run_as_programs():
    done = subprocess.run([sys.executable, "-m", "nuner.cli", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("nuner ")
