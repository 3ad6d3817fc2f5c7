"""The same text in every process, whatever order its sets have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

TEXTS = """
import srcdiff
from tests.corpus import all_programs

for program in all_programs():
    if program.theme in ("augmented", "in_library_style"):
        try:
            print(srcdiff.grad(program.function).source)
        except (srcdiff.SrcdiffError, TypeError) as error:
            print(type(error))
"""


def test_texts_do_not_depend_on_the_hash_seed():
    texts = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
        command = [sys.executable, "-W", "ignore", "-c", TEXTS]
        texts.append(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
    assert texts[0].count("def ") > 25
    assert texts[0] == texts[1]
