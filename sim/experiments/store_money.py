"""What the arms cost and what came back, as a small CSV table and back."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.experiments.money import QUANTITIES, Money

COLUMNS = ("arm", "quantity", "unit", "value", "low", "high")


def write_money(rows: Sequence[Money], path: Path) -> None:
    """Write one line an arm and quantity; what is not known is left empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(COLUMNS)
        for row in rows:
            numbers = ("" if np.isnan(number) else repr(float(number)) for number in (row.value, row.low, row.high))
            lines.writerow([row.arm, row.quantity, QUANTITIES[row.quantity][0], *numbers])


def read_money(path: Path) -> list[Money]:
    """Read the table back, as it was to the last bit."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Money(row["arm"], row["quantity"], *(float(row[name] or "nan") for name in COLUMNS[3:]))
            for row in csv.DictReader(file)
        ]
