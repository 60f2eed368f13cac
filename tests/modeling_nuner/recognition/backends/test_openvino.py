"""OpenVINO in many threads."""

import subprocess
import sys

import pytest
from support.tiny_recognizer import save_tiny_recognizer

from nuner import export_recognizer

FIRST_CALLS = """
import sys
from threading import Barrier, Thread
from nuner import EntityRecognizer
recognizer = EntityRecognizer.from_pretrained(sys.argv[1], "openvino", sys.argv[2])
barrier, found = Barrier(8), []
def read(text):
    barrier.wait()
    found.append(recognizer(text))
threads = [Thread(target=read, args=("paris visited london " * (i + 1),)) for i in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(found))
"""


@pytest.mark.slow
def test_first_calls_of_many_threads_do_not_wait_for_each_other(tiny_bert_dir, tmp_path):
    folder = save_tiny_recognizer(tiny_bert_dir, tmp_path / "recognizer")
    export_recognizer(folder, tmp_path / "exported", ["paris"], file_format="openvino", int8=True)
    for start in range(20):
        command = [sys.executable, "-c", FIRST_CALLS, tmp_path / "exported", ("float32", "int8")[start % 2]]
        assert subprocess.run(command, timeout=60, check=True, capture_output=True, text=True).stdout == "8\n"
