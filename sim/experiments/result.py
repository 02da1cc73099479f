"""What a run leaves behind, in memory: the weekly table, loyalty measures, costs and panels of every arm."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

BASELINE = "baseline"

WINDOW_MEASURES = (
    "penetration",
    "purchase_frequency",
    "share_of_requirements",
    "sole_buyers",
    "repeat_rate",
    "customer_value",
    "customer_value_closed_form",
)
"""Measured for each brand from every shopper's purchases: over a window of weeks, and customer value over all."""

COST_PARTS = ("lever_spend", "administration", "rewards", "outstanding_points", "price_reduction")
"""What an arm costs its brand, by component, beside further costs that behaviours declare; formulas §4."""

METRICS: dict[str, str] = {
    "preference_share": "share",
    "intrinsic_preference_share": "share",
    "market_share": "share",
    "revenue": "money/week",
    "contribution": "money/week",
    "penetration": "share",
    "purchase_frequency": "purchases",
    "repeat_rate": "share",
    "share_of_requirements": "share",
    "recommendation": "share",
    "rating": "stars",
    "satisfaction": "sd",
    "members": "shoppers",
    "points_liability": "money",
    "customer_value": "money/customer",
}
"""What is compared between arms, with its unit, in the order in which it is printed."""


@dataclass(frozen=True)
class Arms:
    """Names and labels of the arms, the baseline first."""

    keys: tuple[str, ...]
    labels: tuple[str, ...]


SUBSIDY = ("rewards", "rewards_anyway", "price_reductions", "price_reductions_anyway")
"""Money that an arm gives to the focal brand's buyers, and the part for purchases they would have made anyway."""


@dataclass(frozen=True)
class Why:
    """Why each arm differs from the baseline: at the last poll before the run-off, and over the whole run.

    Attributes
    ----------
    week
        After which week shoppers were asked; None if no poll falls before the run-off, and what follows is empty.
    behaviours
        The search behaviours, in the order of the week; axis T.
    parts, unit
        Each behaviour's part in the change of the shoppers who prefer each brand, the last place for no brand, in
        `1/unit` of a shopper, shape (arms, replicates, T, B + 1): they sum over T to the change exactly.
    method
        How a change is shared out among behaviours.
    switches
        Shoppers by the brand they prefer in the baseline and in the arm, shape (arms, replicates, B + 1, B + 1).
    subsidy
        See `SUBSIDY`; component to money, shape (arms, replicates).
    funnel
        Stage to how often a brand gets there, shape (arms, replicates, B): `known` as a share of shoppers at the poll,
        the others as a share of the visits in the compared weeks.
    """

    week: int | None
    behaviours: tuple[str, ...]
    parts: NDArray[np.int64]
    unit: int
    method: str
    switches: NDArray[np.int64]
    subsidy: dict[str, NDArray[np.float64]]
    funnel: dict[str, NDArray[np.float64]]

    def reasons(self) -> NDArray[np.float64]:
        """Return each behaviour's part in the change of preference share, by brand. Shape (arms, replicates, T, B)."""
        shoppers = self.switches.sum(axis=(2, 3))[:, :, None, None]
        parts: NDArray[np.float64] = self.parts[..., :-1] / (shoppers * self.unit)
        return parts

    def subsidised(self) -> NDArray[np.float64]:
        """Return the share of the money given to buyers that bought nothing more; NaN if none was given.

        Shape (arms, replicates).
        """
        given = self.subsidy["rewards"] + self.subsidy["price_reductions"]
        anyway = self.subsidy["rewards_anyway"] + self.subsidy["price_reductions_anyway"]
        share: NDArray[np.float64] = np.divide(anyway, given, out=np.full(given.shape, np.nan), where=given > 0)
        return share


@dataclass(frozen=True)
class Result:
    """All that a run has measured.

    Attributes
    ----------
    name, title, question, focal
        Of the scenario; `focal` is the brand the question is about.
    arms
        The arms, baseline first.
    brands, brand_labels, retailers
        Keys in the order of the axis B (and R), and names to print.
    weeks
        Weeks after the burn-in, shape (W,).
    compared_weeks
        First week and the week after the last over which metrics are compared.
    weekly
        Measure to array, shape (arms, replicates, W, B); NaN where nothing was measured.
    window
        Measure to array, shape (arms, replicates, B), over the compared weeks.
    costs
        Component to array, shape (arms, replicates), discounted money of the focal brand beyond the baseline.
    panels
        One per arm and replicate, [arm][replicate] -> columns; see `sim.market.record.panel.COLUMNS`.
    scenario_toml
        The resolved scenario, which rebuilds the run.
    notes
        Facts worth telling with the result.
    why
        Why arms differ; None if nobody looked.
    extra
        What else there is to tell, of plain values; `sim.experiments.matched` reads how costs were matched.
    """

    name: str
    title: str
    question: str
    focal: str
    arms: Arms
    brands: tuple[str, ...]
    brand_labels: tuple[str, ...]
    retailers: tuple[str, ...]
    weeks: NDArray[np.int64]
    compared_weeks: tuple[int, int]
    weekly: dict[str, NDArray[np.float64]]
    window: dict[str, NDArray[np.float64]]
    costs: dict[str, NDArray[np.float64]]
    panels: list[list[dict[str, NDArray[np.generic]]]]
    scenario_toml: str
    seeds: tuple[int, ...]
    notes: tuple[str, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    why: Why | None = None

    @property
    def replicates(self) -> int:
        """Number of replicates."""
        return len(self.seeds)

    def metric(self, name: str) -> NDArray[np.float64]:
        """Return a metric per arm, replicate and brand: its mean over the compared weeks.

        Shape (arms, replicates, B).
        """
        if name in self.window:
            return self.window[name]
        first, last = self.compared_weeks
        inside = (self.weeks >= first) & (self.weeks < last)
        values = self.weekly[name][:, :, inside]
        counted = np.isfinite(values)
        total = np.where(counted, values, 0.0).sum(axis=2)
        number = counted.sum(axis=2)
        return np.where(number > 0, total / np.maximum(number, 1), np.nan)


@dataclass(frozen=True)
class Difference:
    """One arm less the baseline, for one brand and metric, with a paired 95 % interval."""

    arm: str
    brand: str
    metric: str
    baseline: float
    value: float
    difference: float
    low: float
    high: float
