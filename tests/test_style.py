"""The house style, as far as tools can check it: one command does it all, and this is it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "sim", "tests"], ["ruff", "format", "--check", "sim"], ["mypy"]],
    ids=["ruff finds nothing", "sim is formatted", "mypy finds nothing"],
)
def test_the_code_keeps_to_the_house_style(command):
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
