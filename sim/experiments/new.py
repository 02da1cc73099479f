"""Writing a market scenario from a purchase panel: its shares, prices, purchase rate, and the spread of both."""

import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np

from sim.errors import ScenarioError, UsageError
from sim.market.spec import MAX_BRANDS
from sim.measure.market_facts import MarketFacts, describe_market
from sim.measure.panel import OTHER, Panel
from sim.scenario.load import parse_scenario
from sim.scenario.text import quote

FOCAL = "acme"
SUFFIX = ".toml"

LEAST_SHARE = 0.01
"""Share of purchases below which brands are pooled, as in the Complete Journey's categories."""

MOST_ALIKE = 1000.0
"""K and S of a scenario are at most this; beyond it all rates, or tastes, are as good as independent of the shopper."""

LONGEST_KEY = 36

WHAT_IF = """\
# A what-if of your own: `shoppers compare` answers it. It holds only what differs from what it extends;
# `shoppers show markets/coffee` prints everything, `shoppers schema` says what each number means.

extends = "markets/coffee"
title = "My what-if"
question = "What does it bring Acme to cut its price by 5 %?"

[arms.price_cut]
label = "5 % off the price"
[[arms.price_cut.interventions]]
brand = "acme"
from_week = 0
set = { price = 4.42 }
"""


def pooled(panel: Panel, focal: str | None) -> Panel:
    """Return a panel whose small brands, and those beyond what a market can hold, are pooled; never the focal one."""
    top = panel.top(k=MAX_BRANDS - 1, min_share=LEAST_SHARE)
    if focal is None or focal in top.brands or focal not in panel.brands:
        return top
    large = [name for name in top.brands if name != OTHER]
    kept = [*large[: MAX_BRANDS - 2], focal]
    codes = np.array([kept.index(name) if name in kept else len(kept) for name in panel.brands], dtype=np.int64)
    names = (*kept, *([OTHER] if len(kept) in codes else []))
    return replace(panel, brand=codes[panel.brand], brands=names)


def brand_keys(facts: MarketFacts, focal: str) -> dict[str, str]:
    """Return a scenario key for each brand of a panel; the focal one is called `acme`.

    Raises
    ------
    UsageError
        If there is no such brand.
    """
    if focal not in facts.brands:
        raise UsageError(f"--focal {focal!r}: no such brand in the panel; there are {', '.join(facts.brands)}")
    keys = {focal: FOCAL}
    for name in facts.brands:
        if name == focal:
            continue
        ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        plain = re.sub(r"[^a-z0-9]+", "_", ascii_name.lower()).strip("_") or "brand"
        first = (plain if plain[0].isalpha() else f"brand_{plain}")[:LONGEST_KEY]
        key, n = first, 1
        while key in keys.values():
            n += 1
            key = f"{first}_{n}"
        keys[name] = key
    return {name: keys[name] for name in facts.brands}


def largest(facts: MarketFacts) -> str:
    """Return the brand with the largest share, the pool of small ones aside."""
    return max(facts.brands, key=lambda name: (name != OTHER, facts.shares[facts.brands.index(name)]))


def market_from_panel(panel: Panel, title: str, focal: str | None = None, source: str = "") -> str:
    """Return the text of a market scenario that has the panel's shares, prices, purchase rate, K and S.

    Parameters
    ----------
    panel
        A household panel with prices.
    title
        Title of the scenario.
    focal
        Brand that the question is about; the one with the largest share if None.
    source
        A line on where the panel came from.

    Raises
    ------
    UsageError
        If the panel has no prices, fewer than two brands, no such focal brand, or too few purchases to tell rates
        and tastes.
    """
    panel = pooled(panel, focal)
    facts = describe_market(panel)
    if len(facts.brands) < 2:
        raise UsageError(f"a market needs two brands; the panel has only {', '.join(facts.brands)}")
    if not (facts.prices > 0).all():
        missing = [name for name, price in zip(facts.brands, facts.prices, strict=True) if not price > 0]
        raise UsageError(f"a market needs prices above 0; the panel has none for {', '.join(missing)}")
    focal = focal or largest(facts)
    text = _written(facts, panel, title, brand_keys(facts, focal), source or "Measured from a purchase panel")
    try:
        parse_scenario(text, source="the new scenario")
    except ScenarioError as error:
        raise UsageError(f"the panel gives no sound market:\n{error}") from error
    return text


def _written(facts: MarketFacts, panel: Panel, title: str, keys: dict[str, str], source: str) -> str:
    """Write a scenario file."""
    spread = _dispersion(facts)
    rate, shape, concentration = _rates_and_tastes(facts)
    shares = np.maximum(np.round(facts.shares / facts.shares.sum(), 4), 1e-4)
    shares[int(np.argmax(shares))] += 1.0 - shares.sum()
    of = f"{facts.category['buyers']:.0f} buyer(s)" if panel.panelists is None else f"{panel.panelists} panelists"
    lines = [
        f"# {' '.join(source.split())}.",
        f"# {len(facts.brands)} brands, {of}, {facts.weeks:.1f} weeks; by `shoppers new`.",
        "",
        'extends = "markets/base"',
        'drop = ["brands", "retailers"]',
        f"title = {quote(title)}",
        'question = "What do shoppers buy when no brand changes anything?"',
        f'focal = "{FOCAL}"',
        "",
        "[category]",
        f"purchase_rate = {rate:.5f}       # purchases a panelist and week",
        f"rate_shape = {shape:.4f}            # K of the negative binomial",
        f"taste_concentration = {concentration:.4f}   # S of the Dirichlet, by likelihood",
        "",
        "[behaviours.pantry]",
        "on = false                     # rate and K above were measured as those of Poisson needs",
        "",
        "[retailers]",
        "# Half-width of a uniform spread with the standard deviation of ln(price paid / list price).",
        *(f"{shop} = {{ price_dispersion = {spread:.3f} }}" for shop in ("corner", "market", "depot")),
        "",
        "[brands]",
        *(
            f"{keys[name]} = {{ label = {_label(name, keys[name])}, share = {share:.4f}, price = {_money(price)} }}"
            for name, share, price in zip(facts.brands, shares, facts.prices, strict=True)
        ),
    ]
    return "\n".join(lines) + "\n"


def _rates_and_tastes(facts: MarketFacts) -> tuple[float, float, float]:
    """Return purchases a week, K and S; the last two no larger than a scenario can have them.

    Raises
    ------
    UsageError
        If one of them cannot be told from the panel.
    """
    told = {"purchases a week": facts.M_per_week, "K": facts.K, "S": facts.S_likelihood}
    unknown = [name for name, value in told.items() if np.isnan(value)]
    if unknown:
        raise UsageError(
            f"the panel cannot tell {', '.join(unknown)}: it needs more shoppers who bought more than once, or the "
            "number of its members (--panelists)"
        )
    return facts.M_per_week, min(facts.K, MOST_ALIKE), min(facts.S_likelihood, MOST_ALIKE)


def _money(price: float) -> str:
    return f"{price:.2f}" if price >= 1 else f"{price:.3g}"


def _dispersion(facts: MarketFacts) -> float:
    """Return the half-width of the uniform price spread of a shop, from prices paid against list prices.

    The spread of prices within a brand mixes pack sizes with deals; what deals take off on average tells the width:
    the lowest of one to two quotes lies about a sixth of the width below the level.
    """
    listed = facts.list_prices
    off = np.log(facts.prices / listed)
    known = np.isfinite(off)
    mean = float(-(off[known] @ facts.shares[known]) / facts.shares[known].sum()) if known.any() else 0.1
    return float(np.clip(np.sqrt(3.0) * mean, 0.02, 0.3))


def _label(name: str, key: str) -> str:
    return quote(f"Acme ({name})" if key == FOCAL else name)


def new_path(name: str, force: bool) -> Path:
    """Return the file that a new scenario is written to.

    Raises
    ------
    UsageError
        If it is no name of a file, or is there already and `force` is not given.
    """
    path = Path(name if name.endswith(SUFFIX) else f"{name}{SUFFIX}")
    if name != name.strip() or name.endswith(("/", "\\")) or path.name.startswith(".") or not name.isprintable():
        raise UsageError(f"{quote(name)} is no name for a scenario file; give one such as my_market")
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; give another name")
    if path.exists() and not force:
        raise UsageError(f"{path}: is there already; --force replaces it")
    return path


def write_new(path: Path, text: str, force: bool) -> None:
    """Write a scenario file whole or not at all.

    Raises
    ------
    UsageError
        If the file is there already and `force` is not given, or it cannot be written.
    """
    new_path(str(path), force)
    spare = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            spare.write_text(text, "utf-8")
            spare.replace(path)
        finally:
            spare.unlink(missing_ok=True)
    except FileExistsError as error:
        raise UsageError(f"{path}: cannot be written, {path.parent} is not a folder") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error
