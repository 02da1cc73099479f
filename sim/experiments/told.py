"""What commands print: tables in words for people, plain structures for programs."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.experiments.beside import Beside
from sim.experiments.compare import arm_costs, interval
from sim.experiments.result import METRICS, Difference, Result
from sim.experiments.tables import level, signed, table
from sim.market.building import SHOPPERS, WORLD
from sim.market.dials import register
from sim.market.spec import MarketSpec
from sim.market.week import Plan, discover
from sim.measure.performance import Measures
from sim.scenario.load import load_scenario


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def run_json(result: Result, folder: Path | None) -> dict[str, Any]:
    """Return mean and 95 % interval of every arm, brand and metric."""
    rows = []
    for metric in METRICS:
        values = result.metric(metric)
        for a, arm in enumerate(result.arms.keys):
            for b, brand in enumerate(result.brands):
                mean, low, high = map(_number, interval(values[a, :, b]))
                rows.append({"arm": arm, "brand": brand, "metric": metric, "value": mean, "low": low, "high": high})
    return {"scenario": result.name, "replicates": result.replicates, "values": rows, "folder": _path(folder)}


def run_text(result: Result) -> str:
    """Return the levels of every brand in every arm, for the main metrics."""
    chosen = ("preference_share", "market_share", "penetration", "purchase_frequency", "share_of_requirements",
              "satisfaction", "contribution")  # fmt: skip
    rows = []
    for a, arm in enumerate(result.arms.keys):
        for b, brand in enumerate(result.brands):
            values = {m: interval(result.metric(m)[a, :, b])[0] for m in chosen}
            rows.append({"arm": arm, "brand": brand, **{m: level(v, METRICS[m]) for m, v in values.items()}})
    first, last = result.compared_weeks
    return f"{result.title}\nMeans of weeks {first} to {last - 1}, {result.replicates} replicates.\n\n{table(rows)}"


def compare_json(
    result: Result, differences: Sequence[Difference], against: str, folder: Path | None
) -> dict[str, Any]:
    """Return the paired differences and costs as the interface page describes them."""
    return {
        "scenario": result.name,
        "baseline": against,
        "replicates": result.replicates,
        "differences": [
            {
                "arm": d.arm, "brand": d.brand, "metric": d.metric, "baseline": _number(d.baseline),
                "value": _number(d.value), "difference": _number(d.difference), "low": _number(d.low),
                "high": _number(d.high),
            }
            for d in differences
        ],
        "costs": arm_costs(result),
        "notes": list(result.notes),
        "folder": _path(folder),
    }  # fmt: skip


def compare_text(result: Result, differences: Sequence[Difference], against: str) -> str:
    """Return the comparison for the focal brand, arm by arm, and what each arm costs."""
    labels = dict(zip(result.arms.keys, result.arms.labels, strict=True))
    brand = result.brand_labels[result.brands.index(result.focal)]
    first, last = result.compared_weeks
    parts = [
        f"{result.title}\n{result.question}",
        f"{brand}: difference to {against} in weeks {first} to {last - 1}, paired over {result.replicates} replicates;"
        " 95 % intervals, chance only.",
    ]
    for arm in result.arms.keys:
        rows = [
            {
                "metric": d.metric,
                against: level(d.baseline, METRICS[d.metric]),
                "difference": signed(d.difference, METRICS[d.metric]),
                "from": signed(d.low, METRICS[d.metric]),
                "to": signed(d.high, METRICS[d.metric]),
                "clear": "yes" if d.low > 0 or d.high < 0 else "",
            }
            for d in differences
            if d.arm == arm and d.brand == result.focal
        ]
        if rows:
            parts.append(f"{arm}: {labels[arm]}\n{table(rows)}")
    costs = [row for row in arm_costs(result) if row["cost"]]
    if costs:
        parts.append(f"Cost of each arm beyond the baseline, discounted money\n{table(costs)}")
    parts += [f"Matched: {note}" for note in result.notes]
    return "\n\n".join(parts)


def measures_text(measures: Measures) -> str:
    """Return the category's and the brands' measures; what the Dirichlet expects in columns that end in _D."""
    columns = ("penetration", "purchase_frequency", "share_of_requirements", "sole_buyers", "repeat_rate")
    rows = []
    for brand in measures.brands:
        row: dict[str, object] = {"brand": brand["brand"], "share": brand["share"]}
        for name in columns:
            row[name] = brand[name]
            if f"{name}_dirichlet" in brand:
                row[f"{name}_D"] = brand[f"{name}_dirichlet"]
        rows.append(row)
    category = [{"measure": name, "value": value} for name, value in measures.category.items()]
    return f"Category\n{table(category)}\n\nBrands (_D: as the NBD-Dirichlet expects)\n{table(rows)}"


def beside_json(rows: Sequence[Beside], errors: Mapping[str, float]) -> dict[str, Any]:
    """Return real and simulated measures with their errors."""
    return {"rows": [vars(row) for row in rows], "mean_relative_error": dict(errors)}


def beside_text(rows: Sequence[Beside], errors: Mapping[str, float]) -> str:
    """Return a table of brands with real and simulated measures side by side, and mean relative errors."""
    brands = list(dict.fromkeys(row.brand for row in rows))
    names = list(dict.fromkeys(row.measure for row in rows))
    found = {(row.brand, row.measure): row for row in rows}
    lines = [
        {"brand": brand, **{n: f"{found[brand, n].real:.3f} / {found[brand, n].simulated:.3f}" for n in names}}
        for brand in brands
    ]
    every = {n: sum(abs(r.error) for r in rows if r.measure == n) / len(brands) for n in names}
    lines.append({"brand": "mean error, b > 2 %", **{n: f"{errors[n]:.1%}" for n in names}})
    lines.append({"brand": "mean error, all", **{n: f"{every[n]:.1%}" for n in names}})
    return f"Real / simulated\n{table(lines)}"


def plan_rows(scenario: str, overrides: Sequence[str], folders: Sequence[Path], which: str) -> list[dict[str, Any]]:
    """Return the week, the data dictionary, or the assumption register, as rows."""
    behaviours = discover(folders)
    loaded = load_scenario(scenario, overrides, {name: b.params for name, b in behaviours.items()})
    if which == "assumptions":
        rows = register(MarketSpec, "") + _tables()
        return rows + [row for name, b in behaviours.items() for row in register(b.params, f"behaviours.{name}")]
    if which == "week":
        return list(Plan.of(behaviours, loaded.behaviours).rows())
    fields = [("shoppers", f) for f in SHOPPERS] + [("world", f) for f in WORLD]
    for behaviour in behaviours.values():
        fields += [("shoppers", f) for f in behaviour.state] + [("world", f) for f in behaviour.world]
        fields += [("visits", f) for f in behaviour.visit] + [("week", f) for f in behaviour.tallies]
    seen: dict[tuple[str, str], dict[str, Any]] = {}
    for frame, field in fields:
        axes = ", ".join(field.axes)
        seen[frame, field.name] = {
            "of": frame, "name": field.name, "shape": f"({axes})", "type": field.dtype, "unit": field.unit,
            "meaning": field.doc,
        }  # fmt: skip
    return list(seen.values())


def _tables() -> list[dict[str, Any]]:
    """Return the dials of the tables that a scenario holds by key: brands, their schemes, retailers."""
    from sim.market.spec import Brand, Retailer

    return register(Brand, "brands.*") + register(Retailer, "retailers.*")


def _path(folder: Path | None) -> str | None:
    return None if folder is None else str(folder)
