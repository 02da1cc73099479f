"""The README of a result folder: what it holds, what was asked, what came out, and how to rebuild it."""

import shlex
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sim.experiments.matched import matching_sentences
from sim.experiments.money import money_of
from sim.experiments.result import METRICS, Difference, Result
from sim.experiments.store_record import package_version
from sim.experiments.store_why import FILES
from sim.experiments.store_words import (
    DASH,
    alike_numbers,
    fixed_number,
    interval_words,
    label_of_brand,
    reference_arm,
    setting,
    short_number,
    words_for,
)

_WIDTH = 100
_COLUMNS = ("preference_share", "market_share", "contribution")
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
    lines += ["", "## How to rebuild it", "", "In this folder:", "", "```", _call(command, options), "```", ""]
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
    back = {row.arm: row.value for row in money_of(result) if row.quantity == "return"}
    yield f"| Arm | {' | '.join(heads)} | Cost (money) | Return |"
    yield "|---|" + "---:|" * (len(metrics) + 2)
    for at, (arm, label) in enumerate(zip(result.arms.keys, result.arms.labels, strict=True)):
        if arm == against:
            continue
        cells = [_difference(found.get((arm, metric))) for metric in metrics]
        cost = sum((part[at].mean() for part in result.costs.values()), 0.0)
        yield f"| {_cell(label)} | {' | '.join(cells)} | {short_number(float(cost))} | {_return(back, arm)} |"
    yield ""
    yield f"Difference to the arm `{against}`, and from where to where it may lie ({interval_words(result)})."
    yield "Cost is what the arm costs beyond the baseline, discounted, mean of the replicates."
    yield "Return is the net gain in contribution over all weeks, per unit of that cost; more is in `money.csv`."


def _return(back: Mapping[str, float], arm: str) -> str:
    return fixed_number(back.get(arm, float("nan")), 2)


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
    return texts[0] if DASH in texts else f"{texts[0]} ({texts[1]} to {texts[2]})"


def _figures(folder: Path, figures: Iterable[str]) -> list[str]:
    names = [name for name in figures if (folder / "figures" / f"{name}.png").exists()]
    return [line for name in names for line in (f"![{words_for(name)}](figures/{name}.png)", "")]


def _call(command: str, options: Mapping[str, object]) -> str:
    words = ["shoppers", command, "scenario.toml"]
    for name, value in sorted(options.items()):
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(flag)
        elif value is not None and value is not False:
            many = value if isinstance(value, list | tuple) else (value,)
            words += [word for one in many for word in (flag, str(one))]
    return shlex.join(words)
