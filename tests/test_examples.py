"""The examples run as they stand, and print what they are about."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
SAYS = {
    "compare_models.py": ["| VAEGAN | -", "| real images |", "written to compare"],
    "own_layer.py": ["Softsign: worst relative error", "Wrong: "],
    "three_rules.py": ["printed  BM", "program  BM", "exact    BM", "saved three_rules.png"],
}


def test_every_example_has_its_row():
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(SAYS)


@pytest.mark.slow
@pytest.mark.parametrize("name", SAYS)
def test_an_example_runs(name, tmp_path):
    done = subprocess.run(
        [sys.executable, EXAMPLES / name], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    for words in SAYS[name]:
        assert words in done.stdout
