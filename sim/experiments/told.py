"""What commands print: tables in words for people, plain structures for programs."""

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.experiments.beside import Beside
from sim.experiments.compare import arm_costs, interval
from sim.experiments.matched import matching, matching_text
from sim.experiments.money import money_of
from sim.experiments.result import METRICS, Difference, Result
from sim.experiments.tables import level, number, signed, table
from sim.experiments.told_front import front_text
from sim.experiments.told_money import costs_text, money_json, money_text
from sim.experiments.told_reasons import why_details, why_json, why_text
from sim.market.building import SHOPPERS, WORLD
from sim.market.dials import register
from sim.market.spec import Brand, MarketSpec, Retailer
from sim.market.week import Behaviour, Plan, discover
from sim.measure.performance import Measures
from sim.scenario.load import load_scenario

CATEGORY_WORDS = {
    "panelists": "members of the panel, buyers or not",
    "buyers": "members who bought the category",
    "purchases": "occasions on which a buyer bought a brand",
    "units": "units bought",
    "days": "length of the period",
    "penetration": "share of the panelists who bought",
    "purchases_per_buyer": "purchases of the category",
    "brands_per_buyer": "size of the repertoire",
    "price": "mean price paid a unit",
    "heavy_buyer_share": "share of purchases by the fifth of the buyers who buy most",
    "heavy_buyer_share_units": "the same, of units",
    "M": "purchases a panelist (NBD); estimated from the buyers if panelists are unknown",
    "K": "evenness of purchase rates (NBD), from mean and zeros",
    "K_likelihood": "the same, by likelihood",
    "S": "likeness of tastes (Dirichlet), from penetrations",
    "S_likelihood": "the same, by likelihood",
    "D": "duplication: how much likelier a brand's buyers are to buy another than all are",
    "D_dirichlet": "the same, as the NBD-Dirichlet expects",
}
"""Measure of a category to what it is."""


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


def run_text(result: Result, *, details: bool = False) -> str:
    """Return the levels of the main metrics: of all brands in the first arm, of the focal brand in all arms.

    With details of all brands in all arms.
    """
    arms, first = result.arms.keys, result.arms.keys[0]
    parts = [f"{result.title or result.name}\nMeans of {_weeks(result)}, {_replicates(result)}."]
    if details or len(arms) == 1:
        return "\n\n".join([*parts, _levels(result, [(a, b) for a in arms for b in result.brands])])
    brand = result.brand_labels[result.brands.index(result.focal)]
    parts.append(f"{brand} in every arm\n{_levels(result, [(a, result.focal) for a in arms])}")
    parts.append(f"All brands, {first}\n{_levels(result, [(first, b) for b in result.brands])}")
    return "\n\n".join(parts)


def _levels(result: Result, rows: Sequence[tuple[str, str]]) -> str:
    """Return a table of arms and brands; a column that would be the same in all rows is left out."""
    chosen = ("preference_share", "market_share", "penetration", "purchase_frequency", "share_of_requirements",
              "satisfaction", "contribution")  # fmt: skip
    values = {metric: result.metric(metric) for metric in chosen}
    lines = []
    for arm, brand in rows:
        a, b = result.arms.keys.index(arm), result.brands.index(brand)
        names = {
            name: one for name, one, at in (("arm", arm, 0), ("brand", brand, 1)) if len({r[at] for r in rows}) > 1
        }
        means = {m.replace("_", "\n", 2): level(interval(values[m][a, :, b])[0], METRICS[m]) for m in chosen}
        lines.append({**names, **means})
    return table(lines)


def _weeks(result: Result) -> str:
    first, last = result.compared_weeks
    return f"week {first}" if last - first == 1 else f"weeks {first} to {last - 1}"


def _replicates(result: Result) -> str:
    return f"{result.replicates:,} replicate{'s' * (result.replicates != 1)}"


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
        "money": money_json(money_of(result)),
        **why_json(result),
        "matching": matching(result),
        "notes": list(result.notes),
        "folder": _path(folder),
    }  # fmt: skip


def compare_text(result: Result, differences: Sequence[Difference], against: str, *, details: bool = False) -> str:
    """Return the comparison for the focal brand: the answer, a table of all arms, reasons, costs; all with details."""
    parts = front_text(result, differences, against)
    if len(result.arms.keys) > 1:
        parts += [*why_text(result), costs_text(result), *matching_text(result)]
    if details:
        parts += [*_metrics_text(result, differences, against), *why_details(result)]
        parts += [money_text(result, money_of(result))] if len(result.arms.keys) > 1 else []
    return "\n\n".join([*parts, *result.notes])


def _metrics_text(result: Result, differences: Sequence[Difference], against: str) -> Iterator[str]:
    """Yield a table an arm: every metric of the focal brand, with its interval."""
    for arm, label in zip(result.arms.keys, result.arms.labels, strict=True):
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
            yield f"{arm}{f': {label}' * (label != arm)}\n{table(rows)}"


def measures_text(measures: Measures) -> str:
    """Return the category's measures with what they mean, and the brands' beside what the Dirichlet expects."""
    category = [
        {"measure": name, "value": number(int(value) if value.is_integer() else value), "is": CATEGORY_WORDS[name]}
        for name, value in measures.category.items()
    ]
    rows = []
    for brand in measures.brands:
        row: dict[str, object] = {"brand": brand["brand"], "share": number(brand["share"], 3)}
        for name in ("penetration", "purchase_frequency", "share_of_requirements", "sole_buyers", "repeat_rate"):
            row[name] = f"{number(brand[name], 3)} / {number(brand[f'{name}_dirichlet'], 3)}"
        rows.append(row)
    return f"Category\n{table(category)}\n\nBrands: observed / as the NBD-Dirichlet expects\n{table(rows)}"


def beside_json(rows: Sequence[Beside], errors: Mapping[str, float]) -> dict[str, Any]:
    """Return real and simulated measures with their errors."""
    return {
        "rows": [{name: _number(v) if isinstance(v, float) else v for name, v in vars(row).items()} for row in rows],
        "mean_relative_error": {name: _number(error) for name, error in errors.items()},
    }


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
    lines.append({"brand": "mean error, b > 2 %", **{n: f"{100 * errors[n]:.1f} %" for n in names}})
    lines.append({"brand": "mean error, all", **{n: f"{100 * every[n]:.1f} %" for n in names}})
    return f"Real / simulated\n{table(lines)}"


def plan_rows(
    scenario: str, overrides: Sequence[str], behaviours: Mapping[str, Behaviour] | None, which: str
) -> list[dict[str, Any]]:
    """Return the week, the data dictionary, or the assumption register, as rows; all behaviours that ship if None."""
    behaviours = discover() if behaviours is None else behaviours
    loaded = load_scenario(scenario, overrides, {name: b.params for name, b in behaviours.items()})
    if which == "assumptions":
        rows = [row for row in register(MarketSpec, "") if not row["id"].startswith(("brands.", "retailers."))]
        rows += register(Brand, "brands.*") + register(Retailer, "retailers.*")
        rows += [row for name, b in behaviours.items() for row in register(b.params, f"behaviours.{name}")]
        return [row for row in rows if row["source"]]  # the others are facts of a scenario, without a default
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


def plan_text(rows: Sequence[Mapping[str, Any]], width: int | None = None) -> str:
    """Return rows of `plan_rows` as a table, ranges in words; the week as a list, since what it reads is long."""
    if rows and "reads" in rows[0]:
        return _week_text(rows, width)
    return table([{name: _said(value) for name, value in row.items()} for row in rows], width=width)


def _week_text(rows: Sequence[Mapping[str, Any]], width: int | None) -> str:
    """Return the behaviours below the phase of the week to which they belong, with what they read and write."""
    lines: list[str] = []
    phase, indent = "", " " * (max(len(row["behaviour"]) for row in rows) + 4)
    for row in rows:
        lines += [] if row["phase"] == phase else [*([""] if lines else []), row["phase"]]
        phase = row["phase"]
        texts = [row["does"], *(f"{word} {row[word]}" for word in ("reads", "writes") if row[word])]
        for at, text in enumerate(texts):
            first = f"  {row['behaviour']}".ljust(len(indent)) if at == 0 else indent
            room = 10**6 if width is None else max(width, 2 * len(indent))
            lines += textwrap.wrap(text, room, initial_indent=first, subsequent_indent=indent + "  " * (at > 0))
    return "\n".join(lines)


def _said(value: object) -> str:
    return " to ".join(map(number, value)) if isinstance(value, list) else number(value)


def _path(folder: Path | None) -> str | None:
    return None if folder is None else str(folder)
