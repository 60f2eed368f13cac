"""Mapping in parallel processes."""

import os
import signal
import subprocess
import sys
import time

MAPPING = """
import sys, time
from pathlib import Path
from datasets import Dataset, Features, Value
from nuner.trainers import mapping

def slow(table, rows):
    Path(sys.argv[1], str(rows[0])).touch()
    time.sleep(60)

mapping._ROWS_A_PROCESS, mapping.available_cores = 10, lambda: 2
rows = Dataset.from_dict({"text": ["a"] * 20})
try:
    mapping.map_tables(rows, slow, Features({"row": Value("int32")}), made_of=1, description="x", show_progress=False)
except KeyboardInterrupt:
    print("stopped")
"""


def test_ctrl_c_ends_all_processes_in_silence(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", MAPPING, tmp_path],
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while len(list(tmp_path.iterdir())) < 2:
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    assert process.communicate(timeout=30) == ("stopped\n", "")
