"""What a brand does by itself: it keeps to its settings, or answers what a rival did some weeks ago.

A reactive brand answers the rival's list price and reward rate relative to how they started, in part, after a lag and
within limits, in every arm alike: an arm in which the rival does nothing is answered by nothing. An answer sets where
the own price stands relative to its own start; it is not added to a cut that the brand made anyway, so that two brands
that follow each other do not drive each other down. Most rivals answer neither prices nor promotions (Steenkamp, Nijs,
Hanssens & Dekimpe 2005), so that reacting is off unless a scenario says so.
"""

from typing import TYPE_CHECKING

from sim.market.spec import Brand
from sim.market.state import Field
from sim.market.timeline import effective

if TYPE_CHECKING:
    from sim.market.market import Market

STRATEGY_FIELDS = (
    Field("price_was", ("A", "B"), "float64", "", "list price against the start, by week (modulo the length)", fill=1),
    Field("reward_was", ("A", "B"), "float64", "share of spend", "reward rate beyond the start, by week"),
)
"""What rivals can look back on. The longest lag is below the length of axis A."""


def answered(own: Brand, start: Brand, price_change: float, reward_rise: float) -> Brand:
    """Return a brand's settings with its answer to a rival.

    Parameters
    ----------
    own
        Its settings this week without the answer.
    start
        Its settings at the start.
    price_change
        The rival's list price against its start, less 1, a lag ago.
    reward_rise
        The rival's reward rate beyond its start, a lag ago; what a rival takes away is not answered.
    """
    strategy, update = own.strategy, dict[str, object]()
    price = _price(own, start, min(max(strategy.response * price_change, -strategy.limit), strategy.limit))
    if "price" in strategy.matches and price != own.price:
        update["price"] = price
    rate = min(start.scheme.reward_rate + strategy.response * max(reward_rise, 0.0), strategy.reward_limit)
    if "scheme" in strategy.matches and rate > own.scheme.reward_rate:
        update["scheme"] = own.scheme.model_copy(update={"reward_rate": rate})
    return own.model_copy(update=update) if update else own


def _price(own: Brand, start: Brand, change: float) -> float:
    """Move the price from its start, not below the floor, and only if the brand is not there by its own will."""
    if change < 0.0:
        floor = own.strategy.floor * own.unit_cost * start.price
        return min(own.price, max(start.price * (1.0 + change), floor))
    if own.price >= start.price:
        return max(own.price, start.price * (1.0 + change))
    return own.price


def winds_up(market: "Market", brand: int) -> bool:
    """Say whether a brand's scheme is only being settled: in the run-off, if it had none before the timeline began."""
    return market.running_off and not market.spec.brands[market.brand_keys[brand]].scheme.offers


def brand_this_week(market: "Market", key: str) -> Brand:
    """Return a brand as the timeline and its strategy have it; in the run-off as at rest."""
    base, own = market.spec.brands[key], [c for c in market.timeline if c.brand == key]
    if not market.running_off or market.run_off_from is None:
        return _with_answer(market, base, effective(base, own, market.week), market.week)
    if base.scheme.offers:
        return base
    last = market.run_off_from - 1
    return base.model_copy(update={"scheme": _with_answer(market, base, effective(base, own, last), last).scheme})


def _with_answer(market: "Market", base: Brand, own: Brand, week: int) -> Brand:
    seen = week - own.strategy.lag_weeks
    if own.strategy.kind == "fixed" or seen < 0:
        return own
    assert own.strategy.follows is not None
    rival, row = market.brand_keys.index(own.strategy.follows), seen % market.sizes["A"]
    change = float(market.world.price_was[row, rival]) - 1.0
    return answered(own, base, change, float(market.world.reward_was[row, rival]))


def note_moves(market: "Market") -> None:
    """Write down where every brand stands this week against its start, for those that will answer."""
    if market.week < 0 or market.running_off:
        return
    row = market.week % market.sizes["A"]
    for k, (key, brand) in enumerate(zip(market.brand_keys, market.brand_specs, strict=True)):
        start = market.spec.brands[key]
        market.world.price_was[row, k] = brand.price / start.price
        market.world.reward_was[row, k] = brand.scheme.reward_rate - start.scheme.reward_rate
