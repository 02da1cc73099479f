"""Writing a market scenario from a purchase panel: its shares, prices, purchase rate, and the spread of both."""

import re
from pathlib import Path

import numpy as np

from sim.errors import UsageError
from sim.measure.market_facts import MarketFacts, describe_market
from sim.measure.panel import Panel

FOCAL = "acme"

WHAT_IF = """\
# A what-if of your own: `shoppers compare` answers it. It holds only what differs from what it extends;
# `shoppers show experience_vs_points` prints everything, `shoppers schema` says what each number means.

extends = "experience_vs_points"
title = "My what-if"
question = "What does it bring Acme to cut its price by 5 %?"

[arms.price_cut]
label = "5 % off the price"
[[arms.price_cut.interventions]]
brand = "acme"
from_week = 0
set = { price = 4.42 }
"""


def brand_keys(facts: MarketFacts, focal: str) -> dict[str, str]:
    """Return a scenario key for each brand of a panel; the focal one is called `acme`.

    Raises
    ------
    UsageError
        If there is no such brand.
    """
    if focal not in facts.brands:
        raise UsageError(f"--focal {focal!r}: no such brand in the panel; there are {', '.join(facts.brands)}")
    keys: dict[str, str] = {}
    for name in facts.brands:
        plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "brand"
        key = FOCAL if name == focal else plain if plain[0].isalpha() else f"brand_{plain}"
        while key in keys.values():
            key += "_"
        keys[name] = key
    return keys


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
        If the panel has no prices, fewer than two brands, or no such focal brand.
    """
    facts = describe_market(panel)
    if len(facts.brands) < 2:
        raise UsageError(f"a market needs two brands; the panel has {', '.join(facts.brands) or 'none'}")
    if not np.isfinite(facts.prices).all():
        missing = facts.brands[int(np.flatnonzero(~np.isfinite(facts.prices))[0])]
        raise UsageError(f"a market needs prices; the panel has none for {missing}")
    focal = focal or facts.brands[int(np.argmax(facts.shares))]
    keys = brand_keys(facts, focal)
    spread = _dispersion(facts)
    shares = np.round(facts.shares / facts.shares.sum(), 4)
    shares[int(np.argmax(shares))] += 1.0 - shares.sum()
    lines = [
        f"# {source or 'Measured from a purchase panel'}.",
        f"# {len(facts.brands)} brands, {panel.panelists} panelists, {facts.weeks:.1f} weeks; by `shoppers new`.",
        "",
        'extends = "markets/base"',
        'drop = ["brands", "retailers"]',
        f"title = {_text(title)}",
        'question = "What do shoppers buy when no brand changes anything?"',
        f'focal = "{FOCAL}"',
        "",
        "[category]",
        f"purchase_rate = {facts.M_per_week:.5f}       # purchases a panelist and week",
        f"rate_shape = {facts.K:.4f}            # K of the negative binomial",
        f"taste_concentration = {facts.S_likelihood:.4f}   # S of the Dirichlet, by likelihood",
        "",
        "[retailers]",
        "# Half-width of a uniform spread with the standard deviation of ln(price paid / list price).",
        *(f"{shop} = {{ price_dispersion = {spread:.3f} }}" for shop in ("corner", "market", "depot")),
        "",
        "[brands]",
        *(
            f"{keys[name]} = {{ label = {_text(_label(name, keys[name]))}, share = {share:.4f}, price = {price:.2f} }}"
            for name, share, price in zip(facts.brands, shares, facts.prices, strict=True)
        ),
    ]
    return "\n".join(lines) + "\n"


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
    return f"Acme ({name})" if key == FOCAL else name


def _text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def write_new(path: Path, text: str, force: bool) -> None:
    """Write a scenario file whole or not at all.

    Raises
    ------
    UsageError
        If the file is there already and `force` is not given, or it cannot be written.
    """
    if path.exists() and not force:
        raise UsageError(f"{path}: is there already; --force replaces it")
    spare = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        spare.write_text(text, "utf-8")
        spare.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error
