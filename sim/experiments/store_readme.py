"""The README of a result folder: what it holds, what was asked, what came out, and how to rebuild it."""

import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sim.experiments.compare import interval
from sim.experiments.matched import matching_sentences
from sim.experiments.money import Money, money_of
from sim.experiments.result import BASELINE, METRICS, Difference, Result
from sim.experiments.store_record import call, package_version
from sim.experiments.store_why import FILES
from sim.experiments.store_words import (
    DASH,
    alike_numbers,
    fixed_number,
    interval_words,
    label_of_arm,
    label_of_brand,
    reference_arm,
    setting,
    short_number,
    words_for,
)
from sim.experiments.told_front import by_preference
from sim.market import behaviours

_WIDTH = 100
_COLUMNS = ("preference_share", "intrinsic_preference_share", "market_share")
_FILES = {
    "scenario.toml": "the scenario with every number in it; it rebuilds the run",
    "summary.csv": "per arm, brand and metric: the baseline, the arm, the difference and its interval",
    "money.csv": "per arm: what it cost, what came back, return, payback week and customer value",
    "weekly.parquet": "per arm, replicate, week and brand: sales, money, minds and points",
    "window.parquet": "per arm, replicate and brand: penetration and loyalty over the compared weeks",
    "costs.parquet": "per arm and replicate: what the arm costs beyond the baseline, by component",
    **FILES,
    "panel.parquet": "every purchase of a sample of shoppers, as a household panel",
    "datapackage.json": "what each column means, with units (Frictionless Data)",
    "run.json": "versions, seeds, machine, time taken and a SHA-256 of each file",
}


def write_readme(
    result: Result,
    differences: Sequence[Difference],
    folder: Path,
    command: str,
    options: Mapping[str, object],
    version: str,
    figures: Iterable[str],
) -> None:
    """Write `README.md` about the files that are in the folder by now.

    Parameters
    ----------
    result, differences
        What came out.
    folder
        The folder.
    command, options
        What was asked: name of the command, and those options that change what is computed.
    version
        The model's version.
    figures
        Names of the figures, in the order in which to show them.
    """
    lines = [f"# {result.title or result.name}", ""]
    lines += [result.question, ""] if result.question else []
    lines += [*_what_this_is(result), "", *_table(result, differences), ""]
    notes = (*matching_sentences(result), *result.notes)
    lines += [f"- {note}" for note in notes]
    lines += [""] if notes else []
    lines += [*_figures(folder, figures), "## Files", ""]
    lines += [f"- `{name}`: {what}" for name, what in _FILES.items() if name == "run.json" or (folder / name).exists()]
    lines += _rebuild(result, command, options)
    lines += [
        f"Written by Expert Shoppers {package_version()}, model {version}. With the same scenario, options, model and",
        "libraries (see `run.json`) every table comes out the same to the last byte.",
    ]
    (folder / "README.md").write_text("\n".join(lines) + "\n", "utf-8", newline="\n")


def _what_this_is(result: Result) -> list[str]:
    shoppers, first, last = setting(result, "shoppers"), *result.compared_weeks
    runs, arms = _count(result.replicates, "time"), _count(len(result.arms.keys), "arm")
    people = f"{shoppers:,} simulated shoppers" if isinstance(shoppers, int) else "simulated shoppers"
    text = (
        f"Result of the scenario `{result.name}`: a market of {people} and {len(result.brands)} brands, run {runs} in "
        f"each of {arms}. An arm is the same market with something done differently; replicates differ in chance "
        "alone. These are findings about a model, under the assumptions in `scenario.toml`, and not observations of a "
        "real market."
    )
    return [*textwrap.wrap(text, _WIDTH), "", f"Compared are means over weeks {first} to {last - 1} after the burn-in."]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _table(result: Result, differences: Sequence[Difference]) -> Iterator[str]:
    """Yield the main table: an arm a row, and for the focal brand the difference to the baseline in a few metrics."""
    brand = label_of_brand(result, result.focal)
    found = {(one.arm, one.metric): one for one in differences if one.brand == result.focal}
    metrics = [metric for metric in _COLUMNS if any(key[1] == metric for key in found)]
    against = reference_arm(result, differences)
    yield f"## What the arms change for {_cell(brand)}"
    yield ""
    if not metrics:
        yield "Nothing was compared."
        return
    heads = [f"{words_for(metric)} ({_unit(metric)})" for metric in metrics]
    money = {(row.arm, row.quantity): row for row in money_of(result)}
    more = ["Cost (money)", "Net gain (money)", "Return", "Paid back from week", "Bought anyway (%)"]
    yield f"| Arm | {' | '.join([*heads, *more])} |"
    yield "|---|" + "---:|" * (len(heads) + len(more))
    for arm in by_preference(result):
        if arm == against:
            continue
        cells = [_difference(found.get((arm, metric))) for metric in metrics]
        cells += [_money(money.get((arm, name))) for name in ("cost", "net_gain", "return")]
        cells += [_payback(result, money, arm), _anyway(result, arm)]
        yield f"| {_cell(label_of_arm(result, arm))} | {' | '.join(cells)} |"
    yield ""
    yield f"Shares: difference to the arm `{against}`, and from where to where it may lie ({interval_words(result)})."
    yield "Money: beyond the baseline, discounted, over all weeks. Net gain: contribution won, after the cost;"
    yield "return: net gain per unit of that cost; paid back: in the median replicate, and in how many of all. Bought"
    yield "anyway: share of rewards and price reductions that went to purchases made in the baseline too."
    yield "More is in `summary.csv`, `money.csv` and `subsidy.csv`."


def _money(row: Money | None) -> str:
    if row is None:
        return DASH
    numbers = (row.value, row.low, row.high)
    if row.quantity == "return":
        return _with_ends([fixed_number(number, 2) for number in numbers])
    signed = row.quantity != "cost"
    return _with_ends([short_number(number, signed=signed) for number in numbers[: 1 if row.low == row.high else 3]])


def _payback(result: Result, money: Mapping[tuple[str, str], Money], arm: str) -> str:
    week, share = money.get((arm, "payback_week")), money.get((arm, "paid_back"))
    if week is None or share is None:
        return DASH
    runs = round(share.value * result.replicates)
    when = "never" if math.isnan(week.value) else f"{week.value:.0f}"
    return when + (f" ({runs} of {result.replicates})" if 0 < runs < result.replicates else "")


def _anyway(result: Result, arm: str) -> str:
    if result.why is None or arm == BASELINE:
        return DASH
    share = interval(result.why.subsidised()[result.arms.keys.index(arm)])
    return _with_ends([fixed_number(100 * number, 1, signed=False) for number in share])


def _with_ends(texts: Sequence[str]) -> str:
    """Write a number with the ends of its interval; alone if they are not known."""
    return texts[0] if len(texts) == 1 or DASH in texts else f"{texts[0]} ({texts[1]} to {texts[2]})"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _unit(metric: str) -> str:
    return "percentage points" if METRICS[metric] == "share" else METRICS[metric].replace("/", " a ")


def _difference(one: Difference | None) -> str:
    if one is None:
        return DASH
    numbers = [one.difference, one.low, one.high]
    if METRICS[one.metric] == "share":
        texts = [fixed_number(100 * number, 2) for number in numbers]
    else:
        texts = alike_numbers(numbers)
    return _with_ends(texts)


def _figures(folder: Path, figures: Iterable[str]) -> list[str]:
    names = [name for name in figures if (folder / "figures" / f"{name}.png").exists()]
    return [line for name in names for line in (f"![{words_for(name)}](figures/{name}.png)", "")]


def _rebuild(result: Result, command: str, options: Mapping[str, object]) -> list[str]:
    """Return the command that computes everything again, and what it takes beside this folder."""
    shipped = {path.stem for path in Path(behaviours.__file__).parent.glob("*.py")}
    own = sorted(set(setting(result, "behaviours") or {}) - shipped)
    more = ["--behaviours", "DIR"] if own else []
    lines = ["", "## How to rebuild it", "", "In this folder:", "", "```"]
    lines += [call(command, Path("scenario.toml"), Path(".."), options, more), "```", ""]
    which = ", ".join(f"`{name}`" for name in own)
    return [*lines, f"`DIR` is the folder with the behaviour files of {which}.", ""] if own else lines
