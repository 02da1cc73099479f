"""The data dictionary of a result folder, `datapackage.json`, as Frictionless Data describes tables."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from sim.experiments.money import QUANTITIES
from sim.experiments.result import METRICS, Result
from sim.experiments.store_folder import digest
from sim.experiments.store_why import why_tables
from sim.experiments.store_words import words_for

Field = dict[str, object]

UNITS: dict[str, str] = {
    **METRICS,
    "units": "units/week",
    "spending": "money/week",
    "retailer_margin": "money/week",
    "fees": "money/week",
    "goods_cost": "money/week",
    "lever_spend": "money/week",
    "administration": "money/week",
    "reward_cost": "money/week",
    "price_reduction": "money/week",
    "norm_spend": "money/week",
    "breakage": "money/week",
    "deferred_cost": "money/week",
    "contribution_after_liability": "money/week",
    "points_redeemable": "money",
    "customer_value_closed_form": "money/customer",
    "sole_buyers": "share",
    "points_issued": "points/week",
    "points_redeemed": "points/week",
    "points_expired": "points/week",
    "points_outstanding": "points",
}
"""Unit of each measure of the weekly and the window table; money is in the scenario's own unit."""

WINDOW_TEXTS = {
    "penetration": "share of shoppers who bought the brand",
    "purchase_frequency": "purchases of the brand per buyer of it",
    "share_of_requirements": "share that the brand has of all purchases of its buyers",
    "sole_buyers": "share of the brand's buyers who bought no other",
    "repeat_rate": "share of the first half's buyers who buy the brand again in the second",
    "customer_value": "discounted margin for ever from a customer of the year before week 0, simulated: all weeks of "
    "the run, and then the mean of its last half-year for ever",
    "customer_value_closed_form": "the same as margin x rate x P/d: what they bought in the compared weeks, for ever",
}
COST_TEXTS = {
    "lever_spend": "spending on experience and other levers",
    "administration": "running cost of the scheme",
    "rewards": "what redeemed rewards cost the brand",
    "outstanding_points": "expected cost of the points held at the end",
    "price_reduction": "what the brand gets less, its price being below that of the start",
}
_MEDIA = "application/vnd.apache.parquet"


def write_package(result: Result, folder: Path) -> None:
    """Write `datapackage.json` for the tables that are in the folder by now."""
    tables: dict[str, tuple[str, list[Field], Sequence[str]]] = {
        "summary": ("Metrics compared between arms", _summary(result), ("arm", "brand", "metric")),
        "weekly": ("Sales, money, minds and points by week", _weekly(result), ("arm", "replicate", "week", "brand")),
        "money": ("What each arm cost and what came back", _money(result), ("arm", "quantity")),
        "window": (
            "Penetration and loyalty over the compared weeks, and customer value",
            _window(result),
            ("arm", "replicate", "brand"),
        ),
        "costs": ("What an arm costs the focal brand beyond the baseline", _costs(result), ("arm", "replicate")),
        **why_tables(_keys(result)),
        "panel": ("Purchases of a sample of shoppers", _panel(result), ()),
    }
    resources = []
    for name, (title, fields, key) in tables.items():
        path = next((path for path in (folder / f"{name}.csv", folder / f"{name}.parquet") if path.exists()), None)
        if path is not None:
            resources.append(_resource(path, title, fields, key))
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": re.sub(r"[^a-z0-9._-]+", "-", result.name.lower()).strip("-._") or "result",
        "title": result.title or result.name,
        "description": result.question or "Result of a simulation with Expert Shoppers.",
        "resources": resources,
    }
    text = json.dumps(package, indent=2, ensure_ascii=False)
    (folder / "datapackage.json").write_text(text + "\n", "utf-8", newline="\n")


def _resource(path: Path, title: str, fields: list[Field], key: Sequence[str]) -> dict[str, object]:
    text = path.suffix == ".csv"
    schema: dict[str, object] = {"fields": fields, "missingValues": [""]}
    return {
        "name": path.stem,
        "type": "table",
        "title": title,
        "path": path.name,
        "format": path.suffix[1:],
        "mediatype": "text/csv" if text else _MEDIA,
        **({"encoding": "utf-8"} if text else {}),
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest(path)}",
        "schema": {**schema, "primaryKey": list(key)} if key else schema,
    }


def _field(name: str, kind: str, description: str, unit: str = "", among: Sequence[str] = ()) -> Field:
    field: Field = {"name": name, "type": kind, "description": description}
    if unit:
        field["unit"] = unit
    if among:
        field["constraints"] = {"enum": list(among)}
    return field


def _keys(result: Result) -> dict[str, Field]:
    arms = "; ".join(f"{key} = {label}" for key, label in zip(result.arms.keys, result.arms.labels, strict=True))
    brands = "; ".join(f"{key} = {label}" for key, label in zip(result.brands, result.brand_labels, strict=True))
    return {
        "arm": _field("arm", "string", f"what is done differently: {arms}", among=result.arms.keys),
        "replicate": _field("replicate", "integer", "run of the arm, from 0; the same number has the same chance"),
        "week": _field("week", "integer", "weeks since the end of the burn-in", "weeks"),
        "brand": _field("brand", "string", f"the brand: {brands}", among=result.brands),
    }


def _summary(result: Result) -> list[Field]:
    keys = _keys(result)
    units = "; ".join(f"{name} in {unit}" for name, unit in METRICS.items())
    metric = _field("metric", "string", f"what is compared, as a mean over the compared weeks: {units}")
    numbers = {
        "baseline": "mean of the baseline",
        "value": "mean of the arm",
        "difference": "arm less baseline, replicate by replicate",
        "low": "lower end of the 95 % interval of the difference",
        "high": "upper end of the 95 % interval of the difference",
    }
    return [keys["arm"], keys["brand"], metric, *(_measure(name, text) for name, text in numbers.items())]


def _weekly(result: Result) -> list[Field]:
    from sim.market.record.weekly import MEASURES

    return [*_keys(result).values(), *(_measure(name, MEASURES.get(name)) for name in result.weekly)]


def _window(result: Result) -> list[Field]:
    keys = _keys(result)
    measures = [_measure(name, WINDOW_TEXTS.get(name)) for name in result.window]
    return [keys["arm"], keys["replicate"], keys["brand"], *measures]


def _money(result: Result) -> list[Field]:
    quantities = "; ".join(f"{name} ({unit}): {meaning}" for name, (unit, meaning) in QUANTITIES.items())
    return [
        _keys(result)["arm"],
        _field("quantity", "string", f"what is told, for the focal brand: {quantities}", among=tuple(QUANTITIES)),
        _field("unit", "string", "unit of the quantity; money in the scenario's own, discounted to week 0"),
        _measure("value", "mean over replicates; of the return the ratio of means, of the payback week the median"),
        _measure("low", "lower end of the 95 % interval; of the payback week of the replicates' middle half"),
        _measure("high", "upper end of the 95 % interval; of the payback week of the replicates' middle half"),
    ]


def _costs(result: Result) -> list[Field]:
    keys = _keys(result)
    parts = [
        _field(name, "number", COST_TEXTS.get(name) or words_for(name), "money, discounted") for name in result.costs
    ]
    return [keys["arm"], keys["replicate"], *parts]


def _measure(name: str, description: str | None) -> Field:
    unit = "money/week" if description is None and name.endswith("_cost") else UNITS.get(name, "")
    return _field(name, "number", description or f"{words_for(name)}, as a behaviour declares it", unit)


def _panel(result: Result) -> list[Field]:
    keys = _keys(result)
    return [
        keys["arm"],
        keys["replicate"],
        _field("shopper", "integer", "the shopper; the same number is the same person in every arm of a replicate"),
        _field("day", "integer", "days since the end of the burn-in", "days"),
        _field("basket", "integer", "number of the visit, to tell a shopper's visits apart"),
        keys["brand"],
        _field("retailer", "string", "where it was bought", among=result.retailers),
        _field("units", "integer", "units bought", "units"),
        _field("price", "number", "price paid", "money"),
        _field("points", "integer", "points redeemed with the purchase", "points"),
    ]
