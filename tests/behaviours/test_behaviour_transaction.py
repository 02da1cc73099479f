"""Paying: one unit, in whole cents, and what the retailer keeps."""

import numpy as np
from bare_market import CHOOSING, market_spec, only, purchases, run

from sim.market.market import Market
from sim.market.record.panel import PanelRecorder
from sim.market.spec import Intervention, Retailer
from sim.market.state import NEVER

SHARES = [0.5, 0.3, 0.2]


def market(*, timeline=(), prices=True, shops=None, **settings):
    spec = market_spec(SHARES, **{"shoppers": 2000, "S": 2.0, "dispersion": 0.1, "retailers": 3, **settings})
    if shops:
        spec = spec.model_copy(update={"retailers": shops})
    params = only(**CHOOSING, **({"price_comparison": True} if prices else {}))
    return Market(spec, params, seed=34, burn_in=0, timeline=timeline)


def test_without_transactions_nothing_is_sold():
    params = only(need=True, taste=True, choice=True)
    one = run(Market(market_spec(SHARES, shoppers=200), params, seed=1, burn_in=0), 3)
    assert one.tally.trips[0] > 0
    assert one.tally.units.sum() == one.tally.spending.sum() == one.tally.revenue.sum() == 0
    assert np.all(one.state.last_brand == -1)


def test_units_and_money_add_up_to_the_last_cent():
    """Every purchase in the panel of everybody, and nothing else, is in the week's sums."""
    one = market()
    panel = PanelRecorder(one.spec.shoppers)
    one.recorders.append(panel)
    units, spending = np.zeros(3, int), np.zeros(3, int)
    for _ in range(6):
        one.step()
        units += one.tally.units
        spending += one.tally.spending
    bought = panel.columns()
    assert np.array_equal(np.bincount(bought["brand"], minlength=3), units)
    cents = np.rint(bought["price"] * 100).astype(int)
    assert np.array_equal(np.bincount(bought["brand"], cents, 3).astype(int), spending)
    assert np.all(bought["units"] == 1)


def test_shoppers_pay_what_their_shop_has_posted():
    one = market()
    panel = PanelRecorder(one.spec.shoppers)
    one.recorders.append(panel)
    one.step()
    bought = panel.columns()
    posted = one.world.posted[bought["retailer"], bought["brand"]]
    assert np.abs(bought["price"] - posted).max() <= 0.005 + 1e-4 * 0.01 * posted.max()  # rounding; single precision


def test_retailers_pay_brands_the_list_price_less_their_margin():
    """Whatever they charge shoppers; margins .4 at one shop and nothing at another."""
    shops = {"greedy": Retailer(margin=0.4, price_dispersion=0.0), "kind": Retailer(margin=0.0, markup=0.001)}
    one = market(shops=shops)
    panel = PanelRecorder(one.spec.shoppers)
    one.recorders.append(panel)
    one.step()
    bought = panel.columns()
    wholesale = np.where(bought["retailer"] == 0, 6000, 10_000)
    assert np.array_equal(np.bincount(bought["brand"], wholesale, 3).astype(int), one.tally.revenue)


def test_a_price_cut_lowers_what_brands_are_paid():
    cut = Intervention(brand="brand_0", set={"price": 80.0}, from_week=2)
    one = market(timeline=[cut], prices=False)
    for week in range(4):
        one.step()
        price = 8000 if week >= 2 else 10_000
        assert one.tally.spending[0] == price * one.tally.units[0]
        assert one.tally.revenue[0] == 0.75 * price * one.tally.units[0]
        assert one.tally.spending[1] == 10_000 * one.tally.units[1]


def test_the_last_brand_is_the_one_bought_last():
    one = market(rate=0.4)
    panel = PanelRecorder(one.spec.shoppers)
    one.recorders.append(panel)
    before = one.state.last_brand.copy()
    x = purchases(one, 1)
    once = x.sum(axis=1) == 1
    assert np.array_equal(one.state.last_brand[once], x[once].argmax(axis=1))
    none = x.sum(axis=1) == 0
    assert np.array_equal(one.state.last_brand[none], before[none])


def test_the_week_of_the_last_purchase_is_noted_for_each_brand():
    one = market(rate=0.4)
    expected = np.full((2000, 3), NEVER)
    for week in range(5):
        x = purchases(one, 1)
        expected[x > 0] = week
        assert np.array_equal(one.state.bought_week, expected)
