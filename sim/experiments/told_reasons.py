"""What `compare` says of why preference moved: reasons, the largest flows of shoppers, and what bought nothing."""

import math
import textwrap
from typing import Any

import numpy as np

from sim.experiments.compare import interval
from sim.experiments.result import BASELINE, Result, Why
from sim.experiments.tables import level, signed, table
from sim.experiments.told_front import WIDTH, by_preference, stacked

LARGEST = 3
"""Flows to and from the focal brand that are printed, each way; JSON and CSV have all."""

NOTHING = 0.00005
"""Part of a share that is printed as 0.00 percentage points."""

NO_POLL = "No poll of preference falls before the run-off (record.preference_every), so there are no reasons to give."


def why_json(result: Result) -> dict[str, Any]:
    """Return reasons, switches and subsidy of every arm, with means and 95 % intervals over replicates."""
    why = result.why
    if why is None:
        return {}
    return {"reasons": _reasons(result, why), "switches": _switches(result, why), "subsidy": _subsidy(result, why)}


def why_text(result: Result) -> list[str]:
    """Return paragraphs for people: why the focal brand's preference moved, and who switched, with a row an arm."""
    why = result.why
    if why is None or len(result.arms.keys) < 2:
        return []
    if why.week is None:
        return [NO_POLL]
    brand = result.brand_labels[result.brands.index(result.focal)]
    head = textwrap.fill(
        f"Why the preference share of {brand} differs from the {BASELINE}, after week {why.week}: Shapley parts of the "
        "behaviours, percentage points",
        WIDTH,
    )
    return [f"{head}\n{_parts_table(result, why)}", _switchers_text(result, why)]


def why_details(result: Result) -> list[str]:
    """Return paragraphs with every behaviour's part, the largest flows and the subsidy, arm by arm."""
    why = result.why
    if why is None or len(result.arms.keys) < 2:
        return []
    if why.week is None:
        return _subsidy_text(result, why)
    brand = result.brand_labels[result.brands.index(result.focal)]
    head = (
        f"Why the preference share of {brand} differs from the {BASELINE}, after week {why.week}: each behaviour's "
        f"part\n{textwrap.fill(f'{why.method}.', WIDTH)}"
    )
    return [head, *(_arm_text(result, why, a) for a in range(1, len(result.arms.keys))), *_subsidy_text(result, why)]


def _others(result: Result) -> list[int]:
    """Return the row numbers of the arms but the baseline, those with most preference first."""
    return [result.arms.keys.index(arm) for arm in by_preference(result) if arm != BASELINE]


def _parts_table(result: Result, why: Why) -> str:
    """Return a table of arms by behaviours: parts with half their intervals; what rounds to nothing is left out."""
    parts = why.reasons()[..., result.brands.index(result.focal)]  # (arms, replicates, T)
    shown = [t for t in range(len(why.behaviours)) if np.any(np.abs(parts[1:, :, t].mean(axis=1)) >= NOTHING)]
    rows = []
    for a in _others(result):
        row = {"arm": result.arms.keys[a]}
        for t in shown:
            row[why.behaviours[t].replace("_", "\n")] = stacked(interval(parts[a, :, t]), 2, 100.0)
        rows.append({**row, "in all": stacked(interval(parts[a].sum(axis=1)), 2, 100.0)})
    return table(rows)


def _switchers_text(result: Result, why: Why) -> str:
    """Return a table of arms: shoppers won and lost, and from which brands most come."""
    focal = result.brands.index(result.focal)
    labels = (*result.brand_labels, "no brand")
    rows = []
    for a in _others(result):
        flows = why.switches[a].astype(np.float64)  # (replicates, from, to)
        flows[:, focal, focal] = 0.0
        won, lost = flows[:, :, focal], flows[:, focal, :]
        total = won.sum(axis=1).mean()
        by_size = np.argsort(-won.mean(axis=0), kind="stable")[:LARGEST]
        named = [f"{labels[b]} {100.0 * won[:, b].mean() / total:.0f} %" for b in by_size if won[:, b].any()]
        rows.append(
            {
                "arm": result.arms.keys[a],
                "won": f"{total:,.1f}",
                "lost": f"{lost.sum(axis=1).mean():,.1f}",
                "won less lost": stacked(interval((won - lost).sum(axis=1)), 1),
                "won mostly from": ", ".join(named) or "-",
            }
        )
    mean = ", mean of the replicates" * (result.replicates > 1)
    return f"Who switched, of {int(why.switches[1, 0].sum()):,} shoppers{mean}\n{table(rows)}"


def _reasons(result: Result, why: Why) -> list[dict[str, Any]]:
    """Return a row an arm, brand and behaviour: its part in the change of preference share; none without a poll."""
    rows = []
    parts = why.reasons() if why.week is not None else np.zeros((0, 0, 0, 0))  # (arms, replicates, T, B)
    for a, arm in list(enumerate(result.arms.keys))[1:] if len(parts) else []:
        for b, brand in enumerate(result.brands):
            for t, name in enumerate(why.behaviours):
                part, low, high = map(_number, interval(parts[a, :, t, b]))
                rows.append({"arm": arm, "brand": brand, "behaviour": name, "part": part, "low": low, "high": high})
    return rows


def _switches(result: Result, why: Why) -> list[dict[str, Any]]:
    """Return a row a flow: mean shoppers who prefer one brand in the baseline and another in the arm; null for none."""
    brands = (*result.brands, None)
    rows = []
    for a, arm in list(enumerate(result.arms.keys))[1:] if why.week is not None else []:
        flows = why.switches[a].mean(axis=0)
        for i, j in np.argwhere(flows > 0):
            if i != j:
                rows.append({"arm": arm, "from": brands[i], "to": brands[j], "shoppers": float(flows[i, j])})
    return rows


def _subsidy(result: Result, why: Why) -> list[dict[str, Any]]:
    """Return a row an arm: money given to the focal brand's buyers, and the share of it that bought nothing more."""
    rows = []
    for a, arm in list(enumerate(result.arms.keys))[1:]:
        share, low, high = map(_number, interval(why.subsidised()[a]))
        money = {name: float(values[a].mean()) for name, values in why.subsidy.items()}
        rows.append({"arm": arm, **money, "share": share, "low": low, "high": high})
    return rows


def _arm_text(result: Result, why: Why, a: int) -> str:
    focal = result.brands.index(result.focal)
    parts = why.reasons()[a, :, :, focal]  # (replicates, T)
    rows = [_row(name, parts[:, t]) for t, name in enumerate(why.behaviours) if np.any(why.parts[1:, :, t, focal])] + [
        _row("in all", parts.sum(axis=1))
    ]
    return f"{result.arms.keys[a]}\n{table(rows)}\n{_flows_text(result, why, a)}"


def _row(name: str, parts: Any) -> dict[str, object]:  # noqa: ANN401 - an array of one part a replicate
    mean, low, high = interval(parts)
    return {"behaviour": name, "part": signed(mean, "share"), "from": signed(low, "share"), "to": signed(high, "share")}


def _flows_text(result: Result, why: Why, a: int) -> str:
    """Say from whom the focal brand gains most shoppers and to whom it loses most, in a mean replicate."""
    focal = result.brands.index(result.focal)
    labels = (*result.brand_labels, "no brand")
    flows = why.switches[a].mean(axis=0)
    told = []
    for word, others, column in (
        ("wins from", "from nobody", flows[:, focal]),
        ("loses to", "to nobody", flows[focal]),
    ):
        by_size = [b for b in np.argsort(-column, kind="stable") if b != focal and column[b] > 0]
        named = ", ".join(f"{labels[b]} {column[b]:,.1f}" for b in by_size[:LARGEST])
        rest = sum(column[b] for b in by_size[LARGEST:])
        more = f", all others {rest:,.1f}" * (len(by_size) > LARGEST)
        told.append(f"{word} {named}{more}" if named else f"{word.split()[0]} {others}")
    mean = ", mean of the replicates" * (result.replicates > 1)
    text = f"Of {int(why.switches[a, 0].sum()):,} shoppers it {' and '.join(told)}{mean}."
    return textwrap.fill(text, WIDTH)


def _subsidy_text(result: Result, why: Why) -> list[str]:
    rows = []
    for a, arm in enumerate(result.arms.keys):
        share, low, high = interval(why.subsidised()[a])
        if a == 0 or math.isnan(share):
            continue
        given = float((why.subsidy["rewards"] + why.subsidy["price_reductions"])[a].mean())
        rows.append(
            {"arm": arm, "given": given, "subsidised": level(share, "share"), "from": level(low, "share"),
             "to": level(high, "share")}
        )  # fmt: skip
    if not rows:
        return []
    words = (
        "Rewards and price reductions given to buyers over the whole run, in money, and the share of it for purchases\n"
        "that the same shoppers make in the baseline too: paired arms show what each would have bought anyway"
    )
    return [f"{words}\n{table(rows)}"]


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
