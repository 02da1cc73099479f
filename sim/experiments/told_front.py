"""What `compare` says first: the answer in a few sentences, and one table with a row an arm."""

import math
import textwrap
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from sim.experiments.compare import interval
from sim.experiments.leader import Leader, leader_of
from sim.experiments.money import Money, money_of
from sim.experiments.result import BASELINE, Difference, Result
from sim.experiments.tables import signed, table

WIDTH = 100
"""Letters a line, of text and of tables where they can."""

_LABEL = 26  # letters a line of an arm's label

SHARES = {
    "preference_share": "preference\nshare",
    "intrinsic_preference_share": "without\nprice and\npoints",
    "market_share": "market\nshare",
}
"""Metric to the head of its column."""


def front_text(result: Result, differences: Sequence[Difference], against: str) -> list[str]:
    """Return the question, the answer, and the table of all arms."""
    brand = result.brand_labels[result.brands.index(result.focal)]
    first, last = result.compared_weeks
    weeks = f"week {first}" if last - first == 1 else f"weeks {first} to {last - 1}"
    sure = (
        "95 % intervals, chance only."
        if result.replicates > 1
        else "one replicate tells nothing about chance, so there are no intervals."
    )
    runs = f"{result.replicates:,} replicate{'s' * (result.replicates != 1)}"
    return [
        "\n".join(line for line in (result.title or result.name, result.question) if line),
        f"{brand}: difference to {against} in {weeks}, paired over {runs};\n{sure}",
        "\n".join(_bullets(_answers(result, against))),
        _table(result, differences, against),
    ]


def _bullets(sentences: Sequence[str]) -> list[str]:
    return [textwrap.fill(one, WIDTH, initial_indent="* ", subsequent_indent="  ") for one in sentences]


def _answers(result: Result, against: str) -> list[str]:
    told = []
    for metric, what in (
        ("preference_share", "preference share"),
        ("intrinsic_preference_share", "preference share without price and points"),
    ):
        leader = leader_of(result, metric, against)
        if leader is not None:
            told.append(leader_text(leader, what))
    return [*told, *_money_answer(result)]


def leader_text(leader: Leader, what: str) -> str:
    """Say who gains most of a share, and no more than the intervals allow."""
    gain = _interval(leader.gain, "share")
    if math.isnan(leader.gain[1]):
        return f"In this single run {leader.arm} gains most {what}: {gain}."
    if not leader.gains:
        return f"No arm gains {what} beyond chance; nearest comes {leader.arm}: {gain}."
    if leader.next is None:
        return f"{leader.arm} gains {what}: {gain}."
    lead = _interval(leader.lead, "share")
    if leader.leads:
        return f"{leader.arm} gains most {what}: {gain}; ahead of {leader.next} by {lead}."
    return f"{leader.arm} and {leader.next} gain most {what}, {gain} the first; which of the two may be chance: {lead}."


def _money_answer(result: Result) -> list[str]:
    """Say which arms earn more than they cost, and which of all returns most."""
    rows = money_of(result)
    net = {row.arm: row for row in rows if row.quantity == "net_gain"}
    back = {row.arm: row for row in rows if row.quantity == "return" and math.isfinite(row.value)}
    if not net:
        return []
    sure = result.replicates > 1
    earn = [arm for arm, row in net.items() if (row.low if sure else row.value) > 0]
    lose = [arm for arm, row in net.items() if (row.high if sure else row.value) < 0]
    beyond = " beyond chance" if sure else ""
    if earn:
        who = "All arms" if len(earn) == len(net) > 1 else ", ".join(earn)
        said = f"{who} {'earns more than it costs' if len(earn) == 1 else 'earn more than they cost'}{beyond}"
    else:
        whose = "all earn" if len(lose) == len(net) > 1 else f"{', '.join(lose)} earn{'s' * (len(lose) == 1)}"
        said = f"No arm earns more than it costs{beyond}{f', and {whose} less' if lose else ''}"
    if not back:
        return [f"{said}."]
    best = max(back.values(), key=lambda row: row.value)
    who = "it returns " if earn == [best.arm] or len(back) == 1 else f"{best.arm} returns most, "
    return [f"{said}; {who}{_interval((best.value, best.low, best.high), 'ratio')} per unit of cost."]


def _interval(numbers: tuple[float, float, float], unit: str) -> str:
    write: Callable[[float], str] = _ratio if unit == "ratio" else lambda value: signed(value, unit)
    value, low, high = (write(number) for number in numbers)
    return value if math.isnan(numbers[1]) else f"{value} ({low.removesuffix(' pt')} to {high.removesuffix(' pt')})"


def _ratio(value: float) -> str:
    return f"{round(value, 2) + 0.0:+,.2f}"


def _table(result: Result, differences: Sequence[Difference], against: str) -> str:
    """Return a row an arm, those with most preference first; below each number half its interval."""
    shares = {(d.arm, d.metric): d for d in differences if d.brand == result.focal and d.metric in SHARES}
    money = {(row.arm, row.quantity): row for row in money_of(result)}
    arms = [arm for arm in by_preference(result) if arm != against]
    digits = {
        name: _decimals([money[arm, name].value for arm in arms if (arm, name) in money])
        for name in ("cost", "net_gain")
    }
    rows = []
    for arm in arms:
        row = {"arm": _name(result, arm), "cost": _amount(money.get((arm, "cost")), digits["cost"], signs=False)}
        for metric, head in SHARES.items():
            one = shares.get((arm, metric))
            row[head] = "-" if one is None else stacked((one.difference, one.low, one.high), 2, 100.0)
        row["net\ngain"] = _amount(money.get((arm, "net_gain")), digits["net_gain"])
        row["return"] = _amount(money.get((arm, "return")), 2)
        row["paid back\nfrom week"] = _payback(result, money, arm)
        row["bought\nanyway"] = _subsidy(result, arm)
        rows.append(row)
    return f"{table(rows)}\n{_legend(result, against)}"


def by_preference(result: Result) -> list[str]:
    """Return the arms by the focal brand's preference share, the largest first; as in the file if it is not known."""
    if "preference_share" not in result.weekly:
        return list(result.arms.keys)
    means = np.nan_to_num(result.metric("preference_share")[:, :, result.brands.index(result.focal)]).mean(axis=1)
    return [result.arms.keys[a] for a in np.argsort(-means, kind="stable")]


def _name(result: Result, arm: str) -> str:
    """Return an arm's key, and below it its label, if that says more."""
    label = result.arms.labels[result.arms.keys.index(arm)]
    same = "_".join(label.lower().split()) == arm
    return arm if same else "\n".join([arm, *(f" {line}" for line in textwrap.wrap(label, _LABEL))])


def stacked(numbers: tuple[float, float, float], decimals: int, scale: float = 1.0, *, signs: bool = True) -> str:
    """Write a number above half its interval; in brackets if the interval holds zero, and - if it is not known.

    Of an interval that reaches farther to one side, the longer half is written; of one without width, nothing.
    """
    value, low, high = (scale * number for number in numbers)
    if math.isnan(value):
        return "-"
    nothing = round(value, decimals) == 0
    text = f"{round(value, decimals) + 0.0:{'+' if signs and not nothing else ''},.{decimals}f}"
    half = max(high - value, value - low)
    if math.isnan(half) or (low == high or (nothing and round(half, decimals) == 0)):
        return text
    width = f"±{half:,.{decimals}f}" if math.isfinite(half) else "±inf"
    return f"{f'[{text}]' if signs and low <= 0.0 <= high else text}\n{width}"


def _amount(row: Money | None, decimals: int, *, signs: bool = True) -> str:
    return "-" if row is None else stacked((row.value, row.low, row.high), decimals, signs=signs)


def _decimals(values: Sequence[float]) -> int:
    """Return as many decimals as give the largest number four digits."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return min(max(3 - math.floor(math.log10(largest)), 0), 2) if largest > 0 else 0


def _payback(result: Result, money: Mapping[tuple[str, str], Money], arm: str) -> str:
    week, share = money.get((arm, "payback_week")), money.get((arm, "paid_back"))
    if week is None or share is None:
        return "-"
    runs = round(share.value * result.replicates)
    often = f"\n{runs} of {result.replicates}" if 0 < runs < result.replicates else ""
    return ("never" if math.isnan(week.value) else f"{week.value:.0f}") + often


def _subsidy(result: Result, arm: str) -> str:
    if result.why is None or arm == BASELINE:
        return "-"
    told = stacked(interval(result.why.subsidised()[result.arms.keys.index(arm)]), 1, 100.0, signs=False)
    return told if told == "-" else told.replace("\n", " %\n", 1) if "\n" in told else f"{told} %"


def _legend(result: Result, against: str) -> str:
    half = "±: half of a 95 % interval; in square brackets: may be chance. " if result.replicates > 1 else ""
    if half and len(result.arms.keys) > 3:
        half += "Who is ahead is picked from all arms, so a lead is a little flattered. "
    text = (
        f"{half}Shares: difference to {against}, percentage points. Money: beyond the {BASELINE}, discounted, over all "
        f"{len(result.weeks)} weeks. Net gain: contribution won, after the cost. Return: net gain per unit of cost. "
        "Bought anyway: share of rewards and price reductions that went to purchases made in the baseline too."
    )
    return textwrap.fill(text, WIDTH)
