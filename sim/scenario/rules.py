"""Rules of a market that join several values: they hold between brands, or between a market and its constants."""

from collections.abc import Iterator

from sim.market.spec import MAX_BRANDS
from sim.scenario.layers import MUST
from sim.scenario.places import Places, Problem, place_of
from sim.scenario.text import did_you_mean, one_of, show_value
from sim.scenario.tree import Tree, table

NEAR_ONE = 0.001
"""How far shares may be from 1 in all: published tables are rounded to three digits."""


def number(value: object) -> int | float | None:
    """Return a value if it is a number; true and false are none."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def no_such(kind: str, value: object, known: Tree) -> str:
    """Say that something named is not there, and what is."""
    return f"is {show_value(value)}; there is no such {kind}{did_you_mean(value, known)}; there is {one_of(known)}"


def market_problems(tree: Tree, places: Places) -> Iterator[Problem]:
    """Find what does not fit together in the market itself; single values are checked elsewhere."""
    brands = table(tree, "brands")
    if "brands" not in tree:
        yield Problem(("brands",), f"is missing; {MUST}")
    focal = tree.get("focal")
    if isinstance(focal, str) and brands and focal not in brands:
        yield Problem(("focal",), no_such("brand", focal, brands))
    for key in brands:
        for lever, money in table(brands, key, "spend").items():
            if (number(money) or 0) < 0:
                yield negative_spend(("brands", key, "spend", lever), money)
    yield from _strategy_problems(brands)
    yield from _assortment_problems(table(tree, "retailers"), brands)
    yield from _launch_problems(tree, brands)
    yield from _share_problems(brands, places)
    yield from _assortment_problems(table(tree, "retailers"), brands)
    yield from _calibration_problems(tree, brands)


def negative_spend(keys: tuple[str | int, ...], money: object) -> Problem:
    """Say that money cannot be spent below zero."""
    return Problem(keys, f"is {show_value(money)}; must be a number at least 0")


def _share_problems(brands: Tree, places: Places) -> Iterator[Problem]:
    shares = {key: number(table(brands, key).get("share")) or 0 for key in brands}
    if not 2 <= len(shares) <= MAX_BRANDS or not all(0 < share < 1 for share in shares.values()):
        return  # that is told already
    total = sum(shares.values())
    if abs(total - 1) > NEAR_ONE:
        said = [place_of(places, keys) for keys in (("brands",), *(("brands", key, "share") for key in shares))]
        what = f"the shares of the {len(shares)} brands sum to {total:.6g}; must sum to 1, within {NEAR_ONE}"
        yield Problem(("brands",), what, max(said))


def _strategy_problems(brands: Tree) -> Iterator[Problem]:
    """Find brands that answer a rival and name none, or none that there is."""
    for key in brands:
        strategy, keys = table(brands, key, "strategy"), ("brands", key, "strategy", "follows")
        followed = strategy.get("follows")
        others = {other: brand for other, brand in brands.items() if other != key}
        if followed is None and strategy.get("kind") == "reactive":
            yield Problem(keys, f"is missing; a reactive brand answers a rival: one of {one_of(others)}")
        elif followed == key:
            yield Problem(keys, f"is {show_value(followed)}; a brand cannot follow itself; must be {one_of(others)}")
        elif isinstance(followed, str) and followed not in others:
            yield Problem(keys, no_such("brand", followed, others))
        elif followed is not None and "kind" not in strategy:
            what = f'is {show_value(followed)}, but the brand answers nobody; write kind = "reactive" beside it'
            yield Problem(keys, what)
        if strategy.get("kind") == "reactive" and strategy.get("matches") == []:
            what = "is empty, so the brand answers nothing; must be a list of price, scheme or both"
            yield Problem((*keys[:-1], "matches"), what)


def _launch_problems(tree: Tree, brands: Tree) -> Iterator[Problem]:
    """Find brands that come only after the end, and markets in which none is on sale from the start."""
    weeks = number(tree.get("weeks"))
    launches = {key: number(table(brands, key).get("launch_week")) for key in brands}
    for key, week in launches.items():
        if week is not None and weeks is not None and 1 <= weeks <= week:
            keys = ("brands", key, "launch_week")
            yield Problem(keys, f"is {show_value(week)}, after the end; must be below weeks ({show_value(weeks)})")
    if launches and all(week is not None for week in launches.values()):
        yield Problem(("brands",), "every brand has a launch_week; at least one must be on sale from the start")


def _assortment_problems(retailers: Tree, brands: Tree) -> Iterator[Problem]:
    """Find what retailers carry that there is not, and brands that nobody carries."""
    carried: set[object] = set()
    limited = {key: table(retailers, key).get("assortment") for key in retailers}
    for key, keys in limited.items():
        for n, brand in enumerate(keys if isinstance(keys, list) else ()):
            carried.add(brand if isinstance(brand, str) else None)
            if isinstance(brand, str) and brand not in brands:
                yield Problem(("retailers", key, "assortment", n), no_such("brand", brand, brands))
    if retailers and all(isinstance(keys, list) and keys for keys in limited.values()):
        for brand in sorted(brands.keys() - carried):
            what = "no retailer carries it; it must be in the assortment of one, or of all by leaving one's out"
            yield Problem(("brands", brand), what)


def _calibration_problems(tree: Tree, brands: Tree) -> Iterator[Problem]:
    """Constants fitted for other brands than the market has are of no use."""
    for part in ("constants", "reviews"):
        fitted = table(tree, "calibrated", part)
        if fitted and brands and fitted.keys() != brands.keys():
            more, less = one_of(fitted.keys() - brands.keys()), one_of(brands.keys() - fitted.keys())
            what = f"does not fit the brands (beyond them: {more}; without: {less})"
            yield Problem(("calibrated", part), f'{what}; calibrate again, or take it out with drop = ["calibrated"]')
