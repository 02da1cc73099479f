"""Costs beside the price: a fee or trouble counts as its weight says, and a part judged like the price is the price.

Claims D9: at equal total cost with a weight of one nothing changes; above one the shop with the fee loses.
"""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases, ratio, run

from sim.market.behaviours.price_comparison import Params as PriceComparison
from sim.market.market import Market
from sim.market.record.panel import PanelRecorder
from sim.market.spec import Intervention, Retailer

BETA = 4.7
SHARES = np.array([0.5, 0.3, 0.2])
PARTED = {"fee": 5.0, "hassle": 0.0, "markup": -0.05}
TROUBLE = {"fee": 0.0, "hassle": 5.0, "markup": -0.05}


def two_quotes(**weights):
    return PriceComparison(quotes_least=2, quotes_added=0.0, **weights)


def market(comparison, shops, *, shares=SHARES, shoppers=20_000, S=None, timeline=(), beta=BETA, seed=81):
    spec = market_spec(shares, shoppers=shoppers, rate=2.0, S=S, beta=beta)
    spec = spec.model_copy(update={"retailers": {f"shop_{r}": shop for r, shop in enumerate(shops)}})
    return Market(spec, only(**CHOOSING, price_comparison=comparison), seed=seed, burn_in=0, timeline=timeline)


def with_panel(one, weeks):
    panel = PanelRecorder(one.spec.shoppers)
    one.recorders.append(panel)
    run(one, weeks)
    return panel.columns()


def shop(**settings):
    return Retailer(**{"price_dispersion": 0.0, **settings})


def changes(costs, number):
    """Let some shops part their price from week 1 on; week 0 is at rest."""
    return [
        Intervention(from_week=1, set={f"retailers.shop_{r}.{name}": value for name, value in costs.items()})
        for r in number
    ]


@pytest.mark.parametrize("parts", [PARTED, TROUBLE], ids=["a fee", "trouble"])
def test_a_price_that_is_parted_moves_nobody_where_parts_are_judged_alike(parts):
    """List price 100, or 95 and 5: the same brands, shopper by shopper; 2 in 10,000 may turn on rounding."""
    found = []
    for timeline in ((), changes(parts, [1])):
        shops = shop(assortment=["brand_0", "brand_1"]), shop(assortment=["brand_2"])
        one = run(market(two_quotes(), shops, S=2.0, timeline=timeline), 1)
        found.append(purchases(one, 3))
    assert np.abs(found[0] - found[1]).sum() <= 2e-4 * found[0].sum()


@pytest.mark.parametrize(("parts", "weight"), [(PARTED, "fee_weight"), (TROUBLE, "hassle_weight")])
@pytest.mark.parametrize("worth", [2.0, 0.5])
def test_a_part_that_weighs_more_loses_what_a_dearer_price_would(parts, weight, worth):
    """Brand 2 is sold only where the price is parted: P_2 proportional to m_2 ((95 + weight 5)/100)^-beta."""
    shops = shop(assortment=["brand_0", "brand_1"]), shop(assortment=["brand_2"])
    one = run(market(two_quotes(**{weight: worth}), shops, timeline=changes(parts, [1])), 1)
    x = purchases(one, 3)
    odds = SHARES * np.array([1.0, 1.0, (0.95 + 0.05 * worth) ** -BETA])
    assert_within(ratio(x, x.sum(axis=1, keepdims=True)), odds / odds.sum())


def chosen_shops(**weights):
    """Return where brands were bought, of a plain shop and one with a fee; quotes by week and brand are the luck."""
    weeks, brands = 80, 20
    shops = shop(price_dispersion=0.001), shop(price_dispersion=0.001 / 0.95, **PARTED)
    bought = with_panel(market(two_quotes(**weights), shops, shares=np.ones(brands), shoppers=1000), weeks)
    cell = bought["day"] // 7 * brands + bought["brand"]
    return np.bincount(cell, bought["retailer"], weeks * brands) / np.bincount(cell, minlength=weeks * brands)


def test_two_shops_of_equal_total_cost_are_chosen_alike():
    """Prices stray by a thousandth, so that each is the cheaper one for half of all weeks and brands: coins."""
    assert_within(mean(chosen_shops()), 0.5)


@pytest.mark.parametrize(("weight", "share"), [(2.0, 0.0), (0.5, 1.0)])
def test_the_shop_with_the_fee_loses_everybody_where_fees_weigh_more(weight, share):
    assert np.all(chosen_shops(fee_weight=weight) == share)


def test_fees_and_margins_are_accounted_for_to_the_cent_and_shop_by_shop():
    """The panel holds prices paid; fees come on top, and trouble is no money."""
    shops = (
        shop(price_dispersion=0.1, fee=1.234, margin=0.4),
        shop(price_dispersion=0.1, hassle=2.0, margin=0.1, markup=-0.02),
        shop(price_dispersion=0.1, fee=0.5, hassle=0.5, margin=0.25),
    )
    one = market(two_quotes(fee_weight=1.5, hassle_weight=0.7), shops, S=2.0, shoppers=3000)
    bought = with_panel(one, 1)
    tally, retailer, brand = one.tally, bought["retailer"], bought["brand"]
    posted = one.world.posted[retailer, brand]
    assert np.abs(bought["price"] - posted).max() <= 0.005 + 1e-4 * 0.01 * posted.max()  # rounding; single precision
    paid, fee = np.rint(100 * bought["price"]).astype(int), np.array([123, 0, 50])[retailer]
    assert np.array_equal(np.bincount(brand, fee, 3).astype(int), tally.fees)
    assert np.array_equal(np.bincount(brand, paid + fee, 3).astype(int), tally.spending)
    wholesale = np.array([6000, 9000, 7500])[retailer]
    assert np.array_equal(np.bincount(retailer, paid - wholesale, 3).astype(int), tally.retailer_margin)
    assert np.array_equal(np.bincount(brand, wholesale, 3).astype(int), tally.revenue)
    assert tally.spending.sum() == tally.revenue.sum() + tally.retailer_margin.sum() + tally.fees.sum()


def test_personal_quotes_hold_the_fee_of_the_shop_and_the_price_alone_is_paid_beside_it():
    """One quote of 100 (1 +- .1) and a fee of 5 and trouble of 3: 100 is paid on average, and the fee."""
    comparison = PriceComparison(quotes="personal", quotes_least=1, quotes_added=0.0)
    one = market(comparison, [shop(price_dispersion=0.1, fee=5.0, hassle=3.0)], beta=0.0)
    bought = with_panel(one, 1)
    assert bought["price"].min() >= 89.99
    assert bought["price"].max() <= 110.01
    assert_within(mean(bought["price"]), 100.0, beyond=0.005)
    assert one.tally.fees.sum() == 500 * one.tally.units.sum()
    assert not bought["retailer"].any()


def test_costs_beside_the_price_do_not_tilt_shares_from_the_start():
    """Cost counts against the brand's own at the start, fees and all: shops with every brand sell them by taste."""
    shops = shop(fee=4.0), shop(hassle=9.0)
    x = purchases(market(two_quotes(fee_weight=2.0), shops, S=2.0, shoppers=30_000), 4)
    assert_within(ratio(x, x.sum(axis=1, keepdims=True)), SHARES)


@pytest.mark.parametrize("quotes", [1, 2, 4])
def test_retailers_keep_less_of_a_sale_the_more_quotes_are_seen(quotes):
    """Claims A3: what a sale brings is the least of n quotes, low + range/(n + 1), less the 75 that the brand gets."""
    comparison = PriceComparison(quotes="personal", quotes_least=quotes, quotes_added=0.0)
    one = market(comparison, [shop(price_dispersion=0.2)], beta=0.0)
    bought = with_panel(one, 1)
    kept = 100 * bought["price"] - 7500
    assert np.rint(kept.sum()) == one.tally.retailer_margin.sum()
    assert_within(mean(kept), 100 * (80 + 40 / (quotes + 1) - 75), beyond=0.5)
