"""At the limits of what a scenario may say, a market still works: whatever is allowed is also right."""

from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pytest
from annotated_types import Ge, Gt, Le, Lt
from books import Books
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from sim.market.behaviours.add_on import Params as AddOn
from sim.market.dials import Params
from sim.market.market import Market
from sim.market.spec import MAX_BRANDS, MAX_RETAILERS, Brand, Scheme
from sim.market.week import discover
from sim.scenario.model import Scenario

FOUND = discover()


def limit(info: FieldInfo, kind: type) -> float:
    """Return the bound of one kind that a setting declares."""
    (bound,) = (m for m in info.metadata if isinstance(m, kind))
    return getattr(bound, kind.__name__.lower())


def assert_sound(market: Market, weeks: int = 4) -> None:
    """Let some weeks pass: books balance, and every number is finite."""
    market.recorders.append(Books())
    for _ in range(weeks):
        market.step()
        for frame in (market.state, market.world, market.tally):
            for field, array in frame:
                assert np.isfinite(array).all(), field.name


def bounds(info: FieldInfo) -> Iterator[float]:
    """Yield the outermost values that a number may have."""
    for bound in info.metadata:
        if isinstance(bound, Ge | Le | Gt | Lt):
            value = getattr(bound, type(bound).__name__.lower())
            yield value + {Gt: 1e-3, Lt: -1e-3}.get(type(bound), 0)


def hard_limits(kind: type[Params]) -> Iterator[Params]:
    """Yield parameters with one number at a hard bound, unless the others forbid it."""
    for name, info in kind.model_fields.items():
        for value in bounds(info):
            with suppress(ValidationError):
                yield kind.model_validate({name: value})


@pytest.mark.parametrize("name", FOUND)
def test_every_dial_may_stand_at_its_hard_limits(small_spec, name):
    for params in hard_limits(FOUND[name].params):
        assert_sound(Market(small_spec(shoppers=100), {name: params}, seed=4, burn_in=1))


def test_as_many_brands_and_retailers_as_a_market_may_have(small_spec):
    brands = dict.fromkeys(("acme", "bolt", "crest", "dune"))
    brands |= {f"brand_{k}": {"share": 1 / MAX_BRANDS, "price": 5.0} for k in range(MAX_BRANDS)}
    brands["brand_31"]["scheme"] = {"reward_rate": 0.05, "threshold": 2}
    retailers = {"corner": None, "depot": None} | {f"shop_{r}": {} for r in range(MAX_RETAILERS)}
    market = Market(small_spec(shoppers=3000, brands=brands, retailers=retailers), seed=4, burn_in=1)
    books = Books()
    market.recorders.append(books)
    units = np.zeros(MAX_BRANDS)
    for _ in range(12):
        market.step()
        units += market.tally.units
    # equal shares: none is left out, and none takes more than a few times its part
    assert (units > 0).all()
    assert units.max() < 3 * units.mean()


def test_the_highest_price_and_the_longest_card(small_spec):
    price, threshold = limit(Brand.model_fields["price"], Le), limit(Scheme.model_fields["threshold"], Le)
    scheme = {"reward_rate": 0.05, "threshold": threshold, "expiry_weeks": 1000}
    brands = {"bolt": {"share": 0.3, "price": price, "scheme": scheme}}
    assert_sound(Market(small_spec(shoppers=100, brands=brands), seed=4, burn_in=1), weeks=12)


def test_a_price_is_paid_to_the_cent_however_high_it_is(small_spec):
    euros = int(0.9 * limit(Brand.model_fields["price"], Le))
    fixed = {"corner": {"price_dispersion": 0.0}, "depot": {"price_dispersion": 0.0}}
    spec = small_spec(brands={"acme": {"share": 0.4, "price": euros + 0.89}}, retailers=fixed)
    market = Market(spec, {"add_on": AddOn(on=False)}, seed=4, burn_in=0)
    market.step()
    assert market.tally.units[0] > 0
    assert market.tally.spending[0] == market.tally.units[0] * (100 * euros + 89)


@pytest.mark.parametrize("setting", ["burn_in", "weeks"])
def test_as_many_weeks_as_a_scenario_may_ask_for(small_spec, setting):
    most = int(limit(Scenario.model_fields[setting], Le))
    market = Market(small_spec(shoppers=200), seed=4, burn_in=most if setting == "burn_in" else 0)
    if setting == "weeks":
        market.week = most - 4
    assert_sound(market, weeks=3)
    bought = market.state.bought_week.max(axis=1)
    last = market.week - 1
    assert bought.max() == last  # a purchase is remembered by its own week
    assert (bought <= last).all()


def test_experts_to_whom_no_brand_comes_to_mind_find_every_brand_by_search(small_spec):
    """A chance that falls below nought is nought, and not a certainty."""
    spec = small_spec(shoppers=2000, population={"expertise": {"mean": 0.9, "spread": 0.0}})
    params = FOUND["consideration"].params(comes_to_mind=0.5, comes_to_mind_fall=1.0, habit=False)
    market = Market(spec, {"consideration": params}, seed=4, burn_in=0)
    market.step()
    assert market.tally.won_late[0] == market.tally.evaluations[0] > 0


@pytest.mark.parametrize("expertise", [0.0, 1.0])
def test_everybody_a_novice_or_everybody_an_expert(small_spec, expertise):
    spec = small_spec(shoppers=500, population={"expertise": {"mean": expertise, "spread": 0.0}})
    market = Market(spec, seed=4, burn_in=1)
    assert_sound(market)
    assert (market.state.expertise == expertise).all()


@pytest.mark.parametrize("shoppers", [1, 2, 3, 5])
@pytest.mark.parametrize("kind", ["small_world", "scale_free", "homophilous", "complete_mixing", "none"])
def test_a_handful_of_shoppers_in_every_kind_of_network(small_spec, shoppers, kind):
    assert_sound(Market(small_spec(shoppers=shoppers, network={"kind": kind}), seed=4, burn_in=2), weeks=8)
