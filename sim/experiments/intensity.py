"""The intensity of an arm: what its focal brand does, more of it or less, within what its settings allow.

At intensity 0 a brand is as it would be without the change, at 1 as the scenario says: money on levers is multiplied
by the intensity, and a number that is set becomes base + intensity x (value - base).
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from sim.market.spec import Brand, Intervention
from sim.market.timeline import effective_settings, progress
from sim.measure.lifetime_value import discounts
from sim.scenario.model import Arm
from sim.scenario.scales import SPEND, usual_scales

LARGEST = 1e6
"""Intensity beyond which nobody meant it."""


def what_is_scaled(arm: Arm, brand: str, base: Brand) -> tuple[tuple[str, ...], ...]:
    """Return the paths of an arm that are scaled: those of one tuple by one factor."""
    if arm.shares:
        return tuple((path,) for path in arm.shares)
    if arm.scales:
        return (arm.scales,)
    own = [change for change in arm.interventions if change.brand == brand]
    moved = [path for change in own for path, value in change.set.items() if _is_moved(value, value_at(base, path))]
    spends = any(money > 0 for change in own for money in change.spend.values())
    return (usual_scales(tuple(dict.fromkeys(moved)), spends=spends),)


def _is_moved(value: object, base: object) -> bool:
    """Say whether a setting is a number, not a whole one by nature, that becomes another."""
    return isinstance(base, float) and not isinstance(value, bool | str) and value != base


def value_at(base: Brand, path: str) -> object:
    """Return a brand's setting at a path; no money on a lever that is not named."""
    node: object = base
    for name in path.split("."):
        node = node.get(name, 0.0) if isinstance(node, Mapping) else getattr(node, name)
    return node


def scaled(
    interventions: Sequence[Intervention], brand: str, base: Brand, by: Mapping[str, float]
) -> tuple[Intervention, ...]:
    """Return the same changes with what one brand does at some paths at another intensity."""
    return tuple(_scaled(change, base, by) if change.brand == brand else change for change in interventions)


def _scaled(change: Intervention, base: Brand, by: Mapping[str, float]) -> Intervention:
    values = dict(change.set)
    for path in values.keys() & by.keys():
        values[path] = at_intensity(base, path, change.set[path], by[path])
    spend = {lever: money * by.get(SPEND, 1.0) for lever, money in change.spend.items()}
    return change.model_copy(update={"set": values, "spend": spend})


def at_intensity(base: Brand, path: str, value: float | str, intensity: float) -> float:
    """Return a number that is set, at another intensity."""
    start = value_at(base, path)
    assert isinstance(start, int | float)
    assert isinstance(value, int | float)
    return start + intensity * (value - start)


def most_intense(interventions: Sequence[Intervention], brand: str, base: Brand, paths: Sequence[str]) -> float:
    """Return the largest intensity of some paths at which all settings of the brand are allowed."""
    own = [change for change in interventions if change.brand == brand and change.set.keys() & set(paths)]
    at_once = [change.model_copy(update={"from_week": 0, "to_week": None, "ramp_weeks": 0}) for change in own]

    def fits(intensity: float) -> bool:
        try:
            for change in scaled(at_once, brand, base, dict.fromkeys(paths, intensity)):
                effective_settings(base, [change], 0)
        except ValueError:
            return False
        return True

    low, high = 0.0, 1.0
    while fits(high):
        if high >= LARGEST:
            return math.inf
        low, high = high, 2.0 * high
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def planned_spend(interventions: Sequence[Intervention], brand: str, weeks: int, rate: float) -> float:
    """Return the discounted money that a brand's levers take up to the week `weeks`, as the timeline is written."""
    every = np.arange(weeks)
    weight = discounts(every, rate)
    money = 0.0
    for change in (c for c in interventions if c.brand == brand):
        share = np.array([progress(change, int(week)) or 0.0 for week in every])
        money += float(weight @ share) * sum(change.spend.values())
    return money
