"""A bare market in which the first brand starts a loyalty scheme."""

from typing import Any

from bare_market import market_spec, only

from sim.market.behaviours.need import Params as Need
from sim.market.behaviours.points import Params as Points
from sim.market.dials import Params
from sim.market.market import Market
from sim.market.spec import Intervention

SHARES = [0.3, 0.25, 0.2, 0.15, 0.1]
PRICE = 100.0
CENTS = 100
EAGER = Points(hassle=0.0, hassle_spread=0.0, hesitation=1e-9)
"""Joining is no trouble: everybody joins at the first purchase (but for one in e^20)."""

ONCE = Need(arrivals="at_most_one")


def started(to_week: int | None = None, **terms: float) -> Intervention:
    """Start a scheme of the first brand in week 0, on these terms."""
    terms = {"reward_rate": 0.05, "threshold": 4.0, "expiry_weeks": 12, **terms}
    change = {f"scheme.{name}": value for name, value in terms.items()}
    return Intervention(brand="brand_0", set=change, to_week=to_week)


def market_with_scheme(
    *timeline: Intervention,
    points: bool | Params = True,
    scheme: bool = True,
    need: bool | Params = True,
    burn_in: int = 2,
    run_off_from: int | None = None,
    usage: bool | Params = True,
    own_experience: bool = True,
    more: dict[str, bool | Params] | None = None,
    **settings: Any,
) -> Market:
    """Build a market in which shoppers differ in tastes and rates, compare prices, remember, and can join."""
    spec = market_spec(SHARES, **{"shoppers": 3000, "rate": 0.5, "K": 0.8, "S": 2.0, "price": PRICE, **settings})
    params = only(
        need=need, taste=True, choice=True, transaction=True, price_comparison=True, usage=usage,
        points=points, **({"loyalty_scheme": True} if scheme else {}),
        **({"own_experience": True} if own_experience else {}), **(more or {}),
    )  # fmt: skip
    return Market(spec, params, seed=19, burn_in=burn_in, timeline=timeline, run_off_from=run_off_from)
