"""A simulated panel beside a real one: the same measuring code on both, brand by brand, with errors."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.errors import UsageError
from sim.experiments.new import brand_keys
from sim.experiments.steady import settled
from sim.market.chance import derive
from sim.market.market import Market
from sim.market.record.panel import PanelRecorder
from sim.measure.market_facts import describe_market
from sim.measure.panel import Panel
from sim.measure.performance import Measures, measure
from sim.scenario.model import Scenario

MEASURES = ("penetration", "purchase_frequency", "share_of_requirements", "sole_buyers", "duplication")
SHOPPERS = 40_000


@dataclass(frozen=True)
class Beside:
    """One brand's measure in the real panel and in the simulated one; `error` is relative."""

    brand: str
    measure: str
    real: float
    simulated: float
    error: float


def simulated_panel(scenario: Scenario, days: int, shoppers: int = SHOPPERS) -> Panel:
    """Run the undisturbed market and return every shopper's purchases over a period after the burn-in."""
    spec = settled(scenario.market, scenario.behaviours).model_copy(update={"shoppers": shoppers})
    recorder = PanelRecorder(shoppers)
    seed = derive(scenario.seed, "beside")
    market = Market(spec, scenario.behaviours, seed=seed, burn_in=scenario.burn_in, recorders=[recorder])
    for _ in range(scenario.burn_in + -(-days // 7)):
        market.step()
    columns = recorder.columns()
    inside = columns["day"] < days
    ids, codes = np.unique(columns["shopper"][inside], return_inverse=True)
    return Panel(
        shopper=codes, day=columns["day"][inside].astype(np.int64), brand=columns["brand"][inside].astype(np.int64),
        units=columns["units"][inside].astype(np.int64), price=columns["price"][inside].astype(np.float64),
        brands=market.brand_keys, shopper_ids=ids, panelists=shoppers, days=days,
    )  # fmt: skip


def duplications(measures: Measures) -> dict[str, float]:
    """Return per brand how much of it other brands' buyers buy too, over its penetration: its own D."""
    penetration = measures.column("penetration")
    table = measures.duplication
    found: dict[str, float] = {}
    for b, row in enumerate(measures.brands):
        others = [k for k in range(len(penetration)) if k != b and np.isfinite(table[k, b])]
        mean = np.mean([table[k, b] for k in others]) if others else np.nan
        found[str(row["brand"])] = float(mean / penetration[b]) if penetration[b] > 0 else float("nan")
    return found


def beside(real: Panel, scenario: Scenario, focal: str | None = None) -> tuple[list[Beside], Mapping[str, float]]:
    """Measure a real panel and the same period of the simulated market.

    Returns
    -------
    rows
        One per brand and measure; the pool of small brands is left out.
    errors
        Mean relative error of each measure over the brands.

    Raises
    ------
    UsageError
        If the scenario does not have the panel's brands.
    """
    facts = describe_market(real)
    keys = brand_keys(facts, focal or facts.brands[int(np.argmax(facts.shares))])
    missing = [key for key in keys.values() if key not in scenario.brands]
    if missing:
        raise UsageError(f"the scenario has no brand {missing[0]!r}; it has {', '.join(scenario.brands)}")
    found, model = measure(real), measure(simulated_panel(scenario, real.days))
    simulated = {str(row["brand"]): row for row in model.brands}
    real_d, simulated_d = duplications(found), duplications(model)
    rows: list[Beside] = []
    for row in found.brands:
        name = str(row["brand"])
        if name == "other":
            continue
        twin = {**simulated[keys[name]], "duplication": simulated_d[keys[name]]}
        for quantity in MEASURES:
            value = float({**row, "duplication": real_d[name]}[quantity])
            other = float(twin[quantity])
            rows.append(Beside(keys[name], quantity, value, other, other / value - 1.0 if value else float("nan")))
    errors = {
        quantity: float(np.nanmean([abs(r.error) for r in rows if r.measure == quantity])) for quantity in MEASURES
    }
    return rows, errors
