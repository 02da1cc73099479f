"""What `compare` says of why preference moved: reasons, the largest flows of shoppers, and what bought nothing."""

import math
import textwrap
from typing import Any

import numpy as np

from sim.experiments.compare import interval
from sim.experiments.result import BASELINE, Result, Why
from sim.experiments.tables import level, signed, table

LARGEST = 3
"""Flows to and from the focal brand that are printed, each way; JSON and CSV have all."""

WIDTH = 110
"""Letters a line of text beside tables."""

NO_POLL = "No poll of preference falls before the run-off (record.preference_every), so there are no reasons to give."


def why_json(result: Result) -> dict[str, Any]:
    """Return reasons, switches and subsidy of every arm, with means and 95 % intervals over replicates."""
    why = result.why
    if why is None:
        return {}
    return {"reasons": _reasons(result, why), "switches": _switches(result, why), "subsidy": _subsidy(result, why)}


def why_text(result: Result) -> list[str]:
    """Return paragraphs for people: why the focal brand's preference moved, arm by arm, and the subsidy."""
    why = result.why
    if why is None or len(result.arms.keys) < 2:
        return []
    if why.week is None:
        return [NO_POLL, *_subsidy_text(result, why)]
    brand = result.brand_labels[result.brands.index(result.focal)]
    head = (
        f"Why the preference share of {brand} differs from the {BASELINE}, after week {why.week}: each behaviour's "
        f"part in the difference.\n{textwrap.fill(f'{why.method}.', WIDTH)}"
    )
    return [head, *(_arm_text(result, why, a) for a in range(1, len(result.arms.keys))), *_subsidy_text(result, why)]


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
