"""Quotes: who posts what, who sees how many, and what it does to utility."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases, run, terms
from pydantic import ValidationError

from sim.market.behaviours.price_comparison import Params as PriceComparison
from sim.market.market import Market
from sim.market.spec import Intervention, Retailer

BETA = 4.7
SHARES = [0.5, 0.3, 0.2]


def market(params=True, *, shoppers=4000, shares=SHARES, timeline=(), more=None, **settings):
    spec = market_spec(shares, **{"shoppers": shoppers, "beta": BETA, **settings})
    on = more or {}
    return Market(spec, only(price_comparison=params, **on), seed=32, burn_in=0, timeline=timeline)


def posted(one):
    for shop in one.retailers:
        shop.step()
    one.behaviours["price_comparison"].open_week(one)
    return one


def test_without_price_comparison_everybody_pays_the_list_price_and_nobody_minds():
    one = Market(market_spec(SHARES, shoppers=2000, dispersion=0.2, retailers=3), only(**CHOOSING), seed=1, burn_in=0)
    x = purchases(one, 1)
    assert np.all(one.tally.spending == 100 * 100 * x.sum(axis=0))
    without_prices = Market(market_spec(SHARES, shoppers=2000, beta=0.0), only(**CHOOSING), seed=1, burn_in=0)
    assert np.array_equal(x, purchases(without_prices, 1))


def test_the_term_is_minus_sensitivity_times_the_logarithm_of_the_price_against_the_start():
    """By hand, from the cost that each shopper found; single precision."""
    one = posted(market(retailers=3, dispersion=0.2, brands={1: {"price": 7.5}}))
    utility = terms(one, "price_comparison")
    cost = one.poll_block.visit.cost.astype(float)
    start = one.world.list_price_start[:, None]
    expected = -one.state.price_sensitivity.astype(float) * np.log(cost / start)
    assert np.allclose(utility, expected, atol=2e-6)
    assert np.std(utility) > 0.1


def test_where_price_counts_in_money_the_term_is_minus_sensitivity_times_the_cost():
    one = posted(market(PriceComparison(form="absolute"), retailers=3, dispersion=0.2, beta=0.02))
    utility = terms(one, "price_comparison")
    assert np.allclose(utility, -0.02 * one.poll_block.visit.cost, rtol=1e-5)


def test_a_market_without_dispersion_adds_exactly_nothing():
    one = posted(market(retailers=3, dispersion=0.0))
    assert np.all(terms(one, "price_comparison") == 0)


def test_the_price_found_is_the_lowest_of_the_shops_looked_at():
    one = posted(market(PriceComparison(quotes_least=2, quotes_added=0.0), retailers=5, dispersion=0.2))
    terms(one, "price_comparison")
    visit, prices = one.poll_block.visit, one.world.posted.astype(np.float32)
    for who in range(0, 4000, 40):
        shops = [r for r in range(5) if visit.shops[who] >> r & 1]
        assert len(shops) == visit.quotes[who] == 2
        for brand in range(len(SHARES)):
            assert visit.cost[brand, who] == prices[shops, brand].min()
            assert visit.shop[brand, who] == shops[prices[shops, brand].argmin()]


@pytest.mark.parametrize("quotes", [1, 2, 4])
def test_every_set_of_shops_is_looked_at_alike(quotes):
    """Without replacement: each shop with n/5, each pair with n (n - 1)/20; a handful of weeks, coins."""
    one = market(PriceComparison(quotes_least=quotes, quotes_added=0.0), retailers=5)
    sets = []
    for week in range(6):
        one.week = week
        terms(posted(one), "price_comparison")
        sets.append((one.poll_block.visit.shops[:, None] >> np.arange(5)) & 1)
    looked = np.concatenate(sets)
    assert np.all(looked.sum(axis=1) == quotes)
    assert_within(mean(looked), quotes / 5)
    pairs = looked[:, :, None] & looked[:, None, :]
    assert_within(mean(pairs[:, ~np.eye(5, dtype=bool)]), quotes * (quotes - 1) / 20)


@pytest.mark.parametrize(("expertise", "expected"), [(0.0, 1.0), (0.5, 1.6), (1.0, 2.2)])
@pytest.mark.parametrize("quotes", ["posted", "personal"])
def test_experts_see_more_quotes(expertise, expected, quotes):
    """One and 1.2 times expertise, the fraction by chance."""
    one = posted(market(PriceComparison(quotes=quotes), retailers=6, expertise=expertise))
    terms(one, "price_comparison")
    assert_within(mean(one.poll_block.visit.quotes), expected)


def test_nobody_sees_more_quotes_than_there_are_shops():
    one = posted(market(PriceComparison(quotes_least=9), retailers=2))
    terms(one, "price_comparison")
    assert np.all(one.poll_block.visit.quotes == 2)


def test_shops_post_prices_around_their_level_each_week_afresh():
    """Level x (1 +- half-width), uniform: mean, bounds and variance of w^2/3; weeks are independent; whole cents."""
    shops = {"dear": Retailer(markup=0.1, price_dispersion=0.05), "calm": Retailer(price_dispersion=0.0)}
    spec = market_spec(np.ones(20), shoppers=1).model_copy(update={"retailers": shops})
    one = Market(spec, only(price_comparison=True), seed=33, burn_in=0)
    weeks = []
    for week in range(100):
        one.week = week
        weeks.append(posted(one).world.posted.copy())
    dear, calm = np.moveaxis(np.array(weeks), 1, 0) / 100.0
    assert np.all(calm == 1.0)
    around = dear.ravel() / 1.1 - 1
    cent = 0.005 / 110
    assert np.abs(around).max() <= 0.05 + cent
    assert_within(mean(around), 0.0, beyond=cent)
    assert_within(mean(around**2), 0.05**2 / 3, beyond=cent**2)


def test_posted_prices_are_the_same_in_every_arm():
    """Whatever brands do, luck with prices is shared: posted over list does not change but for the cent."""
    dearer = Intervention(brand="brand_0", set={"price": 150.0})
    arms = [run(market(retailers=3, dispersion=0.1, shoppers=10, timeline=timeline), 3) for timeline in ((), (dearer,))]
    factors = [arm.world.posted / arm.world.list_price for arm in arms]
    assert np.allclose(*factors, rtol=0, atol=0.01 / 100)
    assert arms[1].world.list_price[0] == 150


def test_asked_for_a_preference_a_shopper_thinks_of_list_prices():
    one = run(market(dispersion=0.2, timeline=[Intervention(brand="brand_1", set={"price": 110.0})]), 1)
    expected = -BETA * np.log([1.0, 1.1, 1.0])
    assert np.allclose(terms(one, "price_comparison", asked=True), expected[:, None], atol=1e-6)


@pytest.mark.parametrize(("shops", "quotes"), [(5, "posted"), (1, "personal")])
def test_shoppers_expect_to_save_what_more_quotes_save(shops, quotes):
    """Sensitivity x half-width x (n - 1)/(n + 1): the least of n uniform prices against one (Stigler 1961)."""
    params = PriceComparison(quotes_least=1, quotes_added=3.0, quotes=quotes)
    one = posted(market(params, retailers=shops, dispersion=0.2, expertise_spread=0.2))
    n = 1 + 3.0 * one.state.expertise.astype(float)
    assert np.allclose(one.state.price_gain, BETA * 0.2 * (n - 1) / (n + 1), rtol=1e-5)


def test_habit_sees_one_quote():
    on = {**CHOOSING, "consideration": True}
    one = market(PriceComparison(quotes_least=3), retailers=3, more=on, rate=1.0, expertise=0.1)
    for _ in range(5):
        one.step()
        looked, visits = one.tally.evaluations[0], one.tally.trips[0]
        assert one.tally.quotes[0] == 3 * looked + (visits - looked)
    assert looked < visits


@pytest.mark.parametrize("wrong", [{"quotes": "some"}, {"form": "cheap"}, {"quotes_least": 1.5}])
def test_ways_to_quote_that_do_not_exist_are_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        PriceComparison(**wrong)
