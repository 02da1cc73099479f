"""Add-ons: who takes them, what is paid for them, and what they cost to make."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, only, run
from scipy.special import expit, logit
from service_kit import bare, lift, visits

from sim.market.behaviours.add_on import Params as AddOn
from sim.market.brands.finance import account
from sim.market.market import Market
from sim.market.spec import Retailer

SHOPPERS = 40_000


def offered(*, z=0.0, satisfaction=0.0, **params):
    """Offer an add-on to everybody after a purchase of the first brand that satisfied as given; return the market."""
    market = bare(SHOPPERS, add_on=AddOn(**params))
    lift(market, "multiplier", z)
    for name in ("transaction", "add_on"):  # what retailers pay comes first
        market.behaviours[name].open_week(market)
    for block in visits(market, satisfaction=satisfaction, retailer=0):
        market.behaviours["add_on"].on_visit(block)
    return market


@pytest.mark.parametrize(
    ("z", "satisfaction", "chance", "pull"),
    [(0.0, 0.0, 0.05, 0.3), (0.0, 2.0, 0.05, 0.3), (0.0, -2.0, 0.2, 0.8), (1.0, 0.5, 0.05, 0.3), (-0.5, 1.0, 0.1, 0.0)],
)
def test_add_ons_are_taken_by_the_logistic_of_the_moment_and_of_satisfaction(z, satisfaction, chance, pull):
    """sigma(logit of the chance + z + pull x satisfaction); everybody tosses a coin."""
    taken = offered(z=z, satisfaction=satisfaction, chance=chance, pull=pull).poll_block.tally.add_ons
    expected = expit(logit(chance) + z + pull * satisfaction)
    assert_within((taken[0] / SHOPPERS, np.sqrt(expected * (1 - expected) / SHOPPERS)), expected)
    assert taken[1] == 0


def test_whoever_takes_an_add_on_takes_it_when_more_satisfied_too():
    """Arms share their draws: satisfaction adds takers and loses none."""
    takers = []
    for satisfaction in (0.0, 1.0):
        market = bare(SHOPPERS, add_on=AddOn())
        market.behaviours["add_on"].open_week(market)
        found = []
        for block in visits(market, satisfaction=satisfaction, retailer=0):
            market.behaviours["add_on"].on_visit(block)
            found.append(block.visit.taking[: block.count] > 0)
        takers.append(np.concatenate(found))
    assert np.all(takers[1][takers[0]])
    assert takers[1].sum() > takers[0].sum()


def test_every_add_on_is_paid_for_and_shared_between_retailer_and_brand():
    """A third of the list price of 100, of which the retailer passes on three quarters, in whole cents."""
    tally = offered(chance=0.3, price=1 / 3).poll_block.tally
    taken = tally.add_ons[0]
    assert taken > 0
    assert tally.spending.tolist() == [3333 * taken, 0]
    assert tally.revenue.tolist() == [2500 * taken, 0]
    assert tally.retailer_margin.tolist() == [833 * taken]


def two_shops(add_on):
    spec = market_spec([0.5, 0.3, 0.2], shoppers=3000, S=2.0, brands={1: {"price": 80.0, "unit_cost": 0.3}})
    shops = {"greedy": Retailer(margin=0.4, fee=1.5), "kind": Retailer(margin=0.0)}
    parts = {**CHOOSING, "usage": True, "price_comparison": True}
    spec = spec.model_copy(update={"retailers": shops})
    return Market(spec, only(**parts, add_on=add_on), seed=5, burn_in=0)


def test_money_for_add_ons_comes_on_top_of_what_was_paid_and_none_is_lost():
    """The same week with add-ons and without: what is left between them is the add-ons' money, to the cent."""
    bare_week, week = (run(two_shops(add_on), 1) for add_on in (AddOn(on=False), AddOn(chance=0.3, price=0.25)))
    a, b = bare_week.tally, week.tally
    assert np.array_equal(a.units, b.units)
    assert a.add_ons.sum() == 0
    assert np.array_equal(b.spending - a.spending, b.add_ons * np.array([2500, 2000, 2500]))
    kept = (b.retailer_margin - a.retailer_margin).sum()
    assert (b.spending - a.spending).sum() == (b.revenue - a.revenue).sum() + kept
    assert b.spending.sum() == b.revenue.sum() + b.retailer_margin.sum() + b.fees.sum()
    assert np.array_equal(a.fees, b.fees)


def test_the_goods_of_add_ons_are_paid_for_by_the_brand():
    """Goods cost: unit cost x list price at the start x (units + add-ons x size)."""
    market = run(two_shops(AddOn(chance=0.3, price=0.25)), 1)
    tally = market.tally
    unit_cost = np.array([brand.settings.unit_cost for brand in market.brands]) * market.world.list_price_start
    assert unit_cost[1] == pytest.approx(24.0)
    goods = account(market)["goods_cost"]
    assert goods == pytest.approx((tally.units + 0.25 * tally.add_ons) * unit_cost)


def test_where_no_add_on_is_offered_none_costs_anything():
    market = run(two_shops(AddOn(on=False)), 1)
    goods = account(market)["goods_cost"]
    unit_cost = np.array([brand.settings.unit_cost for brand in market.brands]) * market.world.list_price_start
    assert goods == pytest.approx(market.tally.units * unit_cost)
