"""Brands that answer a rival: when, how far, and that answers to answers come to rest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.market.brands.strategy import answered
from sim.market.market import Market
from sim.market.record.weekly import WeeklyTable
from sim.market.spec import Brand, Intervention

CUT = Intervention(brand="acme", from_week=2, set={"price": 4.0})
SCHEME = Intervention(brand="acme", from_week=2, set={"scheme.reward_rate": 0.06})


def reacting(follows="acme", **terms):
    return {"kind": "reactive", "follows": follows, "lag_weeks": 3, **terms}


def seen(small_spec, timeline, weeks=16, run_off_from=None, burn_in=2, **strategies):
    """Return list prices and reward rates in force, week by week. Shapes (weeks, B)."""
    brands = {
        "acme": {"share": 0.4, "price": 5.0},
        "bolt": {"share": 0.3, "price": 4.0},
        "crest": {"share": 0.2, "price": 6.0},
        "dune": {"share": 0.1, "price": 5.5},
    }
    brands = {key: {**brand, "strategy": strategies.get(key, {})} for key, brand in brands.items()}
    market = Market(
        small_spec(shoppers=50, brands=brands), burn_in=burn_in, timeline=timeline, run_off_from=run_off_from
    )
    prices, rates = [], []
    for _ in range(weeks + burn_in):
        market.step()
        prices.append(market.world.list_price.copy())
        rates.append([brand.scheme.reward_rate for brand in market.brand_specs])
    return np.array(prices)[burn_in:], np.array(rates)[burn_in:]


def test_a_price_is_answered_after_the_lag_by_the_share_that_is_answered(small_spec):
    prices, rates = seen(small_spec, [CUT], crest=reacting(response=0.5))
    assert prices[:, 2] == pytest.approx([6.0] * 5 + [5.4] * 11)  # half of a cut by a fifth
    assert np.all(prices[:, 3] == 5.5)
    assert np.all(rates == 0)


def test_a_price_that_rises_and_falls_again_is_followed_both_ways(small_spec):
    up = Intervention(brand="acme", from_week=1, to_week=4, set={"price": 5.5})
    prices, _ = seen(small_spec, [up], crest=reacting(response=1.0))
    assert prices[:8, 2] == pytest.approx([6, 6, 6, 6, 6.6, 6.6, 6.6, 6])


def test_an_answer_stops_at_the_limit_and_at_the_floor(small_spec):
    deep = Intervention(brand="acme", from_week=0, set={"price": 1.0})
    prices, _ = seen(
        small_spec, [deep], crest=reacting(response=1.0, limit=0.1), dune=reacting(response=1.0, limit=0.9, floor=2.0)
    )
    assert prices[-1, 2] == pytest.approx(5.4)
    assert prices[-1, 3] == pytest.approx(2.0 * 0.4 * 5.5)


def test_a_scheme_is_answered_with_a_scheme_up_to_its_limit(small_spec):
    _, rates = seen(
        small_spec, [SCHEME], crest=reacting(response=0.5), dune=reacting(response=1.0, reward_limit=0.02),
        bolt=reacting(matches=["price"]),
    )  # fmt: skip
    assert rates[:, 2] == pytest.approx([0.0] * 5 + [0.03] * 11)
    assert rates[-1] == pytest.approx([0.06, 0.0, 0.03, 0.02])


def test_a_scheme_in_answer_has_members_points_and_costs(small_spec):
    brands = {"crest": {"share": 0.2, "price": 6.0, "strategy": reacting(response=1.0)}}
    table = WeeklyTable()
    market = Market(small_spec(brands=brands), seed=3, burn_in=1, timeline=[SCHEME], recorders=[table])
    for _ in range(40):
        market.step()
    issued = table.column("points_issued")
    assert issued[:5, 2].sum() == 0
    assert issued[5:, 2].sum() > 0
    assert table.column("members")[-1, 2] > 0
    assert np.all(issued[:, 3] == 0)


def test_in_the_run_off_an_answer_ends_and_its_scheme_is_settled(small_spec):
    prices, rates = seen(small_spec, [CUT, SCHEME], run_off_from=10, crest=reacting(response=0.5))
    assert prices[:, 2] == pytest.approx([6.0] * 5 + [5.4] * 5 + [6.0] * 6)
    assert rates[-1, 2] == pytest.approx(0.03)  # the terms on which its points are settled


def test_whoever_has_cut_the_price_that_far_already_does_not_answer(small_spec):
    own = Intervention(brand="crest", from_week=0, set={"price": 4.5})
    prices, _ = seen(small_spec, [CUT, own], crest=reacting(response=1.0))
    assert np.all(prices[:, 2] == 4.5)


def test_nothing_is_answered_where_nobody_moves(small_spec):
    prices, rates = seen(small_spec, [], crest=reacting("dune"), dune=reacting("crest", response=1.0))
    assert np.all(prices == [5.0, 4.0, 6.0, 5.5])
    assert np.all(rates == 0)


@pytest.mark.parametrize("response", [0.5, 1.0])
def test_two_brands_that_follow_each_other_come_to_rest(small_spec, response):
    """With a price that is cut for good neither goes below the cut; after a cut for a while an echo dies out."""
    mutual = {"acme": reacting("crest", response=response), "crest": reacting("acme", response=response)}
    prices, _ = seen(small_spec, [CUT], weeks=40, **mutual)
    assert np.all(prices[20:] == prices[-1])
    assert prices[-1, [0, 2]] == pytest.approx([4.0, 6.0 * (1 - 0.2 * response)])
    if response < 1:
        short = CUT.model_copy(update={"to_week": 8})
        prices, _ = seen(small_spec, [short], weeks=80, **mutual)
        assert prices[-6:, [0, 2]] == pytest.approx(np.tile([5.0, 6.0], (6, 1)), abs=1e-4)


@settings(max_examples=200, deadline=None)
@given(
    price=st.floats(1.0, 9.0), start=st.floats(2.0, 8.0), change=st.floats(-0.99, 3.0), rise=st.floats(-1, 1),
    response=st.floats(0, 1), limit=st.floats(0, 0.9), reward_limit=st.floats(0, 1), floor=st.floats(0, 3),
    rate=st.floats(0, 0.2),
)  # fmt: skip
def test_no_answer_goes_beyond_its_limits(price, start, change, rise, response, limit, reward_limit, floor, rate):
    terms = {"response": response, "limit": limit, "reward_limit": reward_limit, "floor": floor}
    first = Brand(share=0.5, price=start, scheme={"reward_rate": rate}, strategy=reacting("acme", **terms))
    own = first.model_copy(update={"price": price})
    found = answered(own, first, change, rise)
    assert min(price, start * (1 - limit)) - 1e-9 <= found.price <= max(price, start * (1 + limit)) + 1e-9
    assert found.price >= min(price, floor * 0.4 * start) - 1e-9
    assert rate <= found.scheme.reward_rate <= max(rate, reward_limit)
    assert answered(own, first, 0.0, 0.0) == own or price != start


def test_a_fork_remembers_what_rivals_did(small_spec):
    brands = {"crest": {"share": 0.2, "price": 6.0, "strategy": reacting(response=1.0)}}
    root = Market(small_spec(shoppers=50, brands=brands), burn_in=0, timeline=[CUT], schemes=["acme"])
    straight = Market(small_spec(shoppers=50, brands=brands), burn_in=0, timeline=[CUT], schemes=["acme"])
    for _ in range(4):
        root.step()
        straight.step()
    twin, back = root.fork([CUT]), root.fork()
    found = []
    for _ in range(6):
        for market in (straight, twin, back):
            market.step()
        found.append([market.world.list_price[2] for market in (straight, twin, back)])
    assert [row[0] for row in found] == pytest.approx([6.0, 4.8, 4.8, 4.8, 4.8, 4.8])
    assert [row[1] for row in found] == [row[0] for row in found]
    assert [row[2] for row in found] == pytest.approx([6.0, 4.8, 4.8, 6.0, 6.0, 6.0])  # taken back in week 4


@pytest.mark.parametrize(
    ("follows", "problem"),
    [("acne", "no such brand"), ("crest", "cannot follow itself"), (None, "must name the rival")],
)
def test_a_rival_that_is_not_there_cannot_be_followed(small_spec, follows, problem):
    with pytest.raises(ValidationError, match=problem):
        small_spec(brands={"crest": {"share": 0.2, "price": 6.0, "strategy": reacting(follows)}})
