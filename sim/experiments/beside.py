"""A simulated panel beside a real one: the same measuring code on both, brand by brand, with errors."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import UsageError
from sim.experiments.new import brand_keys, largest, pooled
from sim.experiments.steady import settled
from sim.market.chance import derive
from sim.market.market import Market
from sim.market.record.panel import PanelRecorder
from sim.market.spec import MarketSpec
from sim.measure.market_facts import describe_market
from sim.measure.panel import OTHER, Panel
from sim.measure.performance import Measures, measure
from sim.scenario.model import Scenario

MEASURES = ("penetration", "purchase_frequency", "share_of_requirements", "sole_buyers", "duplication")
LEAST_PENETRATION = 0.02
SHOPPERS = 8_000
SEEDS = 10
"""Markets that are pooled: each has its own luck of weekly prices, which all of its shoppers share."""


@dataclass(frozen=True)
class Beside:
    """One brand's measure in the real panel and in the simulated one; `error` is relative."""

    brand: str
    measure: str
    real: float
    simulated: float
    error: float


def simulated_panel(scenario: Scenario, days: int, shoppers: int = SHOPPERS, seeds: int = SEEDS) -> Panel:
    """Run the undisturbed market with several seeds and return every shopper's purchases over a period."""
    spec = settled(scenario.market, scenario.behaviours).model_copy(update={"shoppers": shoppers})
    parts = [_purchases(scenario, spec, days, derive(scenario.seed, "beside", s)) for s in range(seeds)]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    columns["shopper"] = np.concatenate([p["shopper"].astype(np.int64) + s * shoppers for s, p in enumerate(parts)])
    ids, codes = np.unique(columns["shopper"], return_inverse=True)
    return Panel(
        shopper=codes, day=columns["day"].astype(np.int64), brand=columns["brand"].astype(np.int64),
        units=columns["units"].astype(np.int64), price=columns["price"].astype(np.float64),
        brands=tuple(spec.brands), shopper_ids=ids, panelists=seeds * shoppers, days=days,
    )  # fmt: skip


def _purchases(scenario: Scenario, spec: MarketSpec, days: int, seed: int) -> dict[str, NDArray[np.generic]]:
    recorder = PanelRecorder(spec.shoppers)
    market = Market(spec, scenario.behaviours, seed=seed, burn_in=scenario.burn_in, recorders=[recorder])
    for _ in range(scenario.burn_in + -(-days // 7)):
        market.step()
    columns = recorder.columns()
    inside = columns["day"].astype(np.int64) < days
    return {name: column[inside] for name, column in columns.items()}


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
        One per brand and measure; the pool of small brands is left out, and so is what only one of the two has.
    errors
        Mean relative error of each measure over the brands that more than 2 % of panelists bought; smaller ones have
        too few buyers for a relative error to mean much.

    Raises
    ------
    UsageError
        If the scenario and the panel share fewer than two brands.
    """
    real = pooled(real, focal)
    facts = describe_market(real)
    keys = brand_keys(facts, focal or largest(facts))
    shared = [name for name, key in keys.items() if key in scenario.brands and name != OTHER]
    if len(shared) < 2:
        raise UsageError(
            f"--beside: the panel's brands ({', '.join(keys.values())}) are not those of the scenario: "
            f"{', '.join(scenario.brands)}; `shoppers new --from` writes a scenario that has them"
        )
    found, model = measure(real), measure(simulated_panel(scenario, real.days))
    simulated = {str(row["brand"]): row for row in model.brands}
    real_d, simulated_d = duplications(found), duplications(model)
    rows: list[Beside] = []
    for row in found.brands:
        name = str(row["brand"])
        if name not in shared:
            continue
        twin = {**simulated[keys[name]], "duplication": simulated_d[keys[name]]}
        for quantity in MEASURES:
            value = float({**row, "duplication": real_d[name]}[quantity])
            other = float(twin[quantity])
            rows.append(Beside(keys[name], quantity, value, other, other / value - 1.0 if value else float("nan")))
    return rows, {quantity: _mean_error(rows, quantity) for quantity in MEASURES}


def _mean_error(rows: list[Beside], quantity: str) -> float:
    large = {r.brand for r in rows if r.measure == "penetration" and r.real > LEAST_PENETRATION}
    return float(np.nanmean([abs(r.error) for r in rows if r.measure == quantity and r.brand in large]))
