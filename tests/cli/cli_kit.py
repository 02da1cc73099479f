"""A tiny market, and a way to type commands: in this process for the quick ones, in one of their own for the rest."""

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

from click.testing import CliRunner, Result

import sim
from sim.cli import main

ROOT = Path(sim.__file__).parents[1]

TINY = """\
title = "Tiny"
question = "Does anything work?"
shoppers = 300
weeks = 8
burn_in = 4
run_off_weeks = 4
replicates = 2
focal = "acme"

[category]
purchase_rate = 0.5

[brands]
acme = { share = 0.6, price = 5.0 }
bolt = { share = 0.4, price = 4.0 }

[retailers]
shop = { price_dispersion = 0.1 }

[record]
panel = 100

[arms.points]
label = "5 % back"
[[arms.points.interventions]]
brand = "acme"
set = { "scheme.reward_rate" = 0.05 }

[arms.experience]
cost_matched_to = "points"
[[arms.experience.interventions]]
brand = "acme"
spend = { usage = 1.0 }
"""

PANEL = "shopper,day,brand,units,price\n" + "".join(
    f"h{i % 17},2024-01-{1 + (i * 3) % 28:02d},{'aaab'[i % 4]},{1 + i % 2},{2 + i % 3}.5\n" for i in range(120)
)


def type_command(*words: str) -> Result:
    """Type a command in this process."""
    return CliRunner().invoke(main, list(words))


def start_command(
    *words: str, folder: Path, stdout: IO[str] | int = subprocess.PIPE, **environment: str
) -> subprocess.Popen[str]:
    """Start a command in a process of its own."""
    known = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.Popen(
        [sys.executable, "-m", "sim.cli", *words], cwd=folder, env=known, text=True, encoding="utf-8",
        errors="replace", stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
    )  # fmt: skip


def bytes_below(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder with what is in them."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
