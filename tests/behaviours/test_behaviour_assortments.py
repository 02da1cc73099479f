"""Shops that do not carry everything: nothing is sold where it is not, and whoever comes for a shop buys there."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, ratio, run

from sim.errors import ScenarioError
from sim.market.behaviours.consideration import Params as Consideration
from sim.market.behaviours.price_comparison import Params as PriceComparison
from sim.market.behaviours.transaction import Params as Transaction
from sim.market.market import Market
from sim.market.record.panel import PanelRecorder
from sim.market.spec import Retailer
from sim.scenario import parse_scenario

SHARES = np.array([0.4, 0.3, 0.2, 0.1])
CARRIED = np.array([[1, 1, 1, 0], [1, 0, 0, 1], [1, 1, 1, 1]], bool)


def shops(**settings):
    return {
        f"shop_{r}": Retailer(assortment=[f"brand_{k}" for k in np.flatnonzero(row)], **settings)
        for r, row in enumerate(CARRIED)
    }


def market(
    *, shop_first=0.0, beta=4.7, losing=False, more=None, retailers=None, prices=True, shoppers=8000, S=2.0, weeks=4
):
    """Run a market of three shops, and return it with the panel of everybody."""
    spec = market_spec(SHARES, shoppers=shoppers, beta=beta, S=S)
    people = spec.population.model_copy(update={"shop_first": shop_first})
    spec = spec.model_copy(update={"population": people, "retailers": retailers or shops(price_dispersion=0.1)})
    parts = {**CHOOSING, "transaction": Transaction(losing=losing), "price_comparison": prices, **(more or {})}
    panel = PanelRecorder(shoppers)
    one = Market(spec, only(**parts), seed=71, burn_in=0, recorders=[panel])
    return run(one, weeks), panel.columns()


@pytest.mark.parametrize("losing", [False, True])
@pytest.mark.parametrize("shop_first", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("beta", [0.0, 4.7])
def test_a_brand_is_sold_only_where_it_is_carried(losing, shop_first, beta):
    """Whatever a shopper minds, looks at or is used to; with habit, which takes the last brand unseen."""
    _, bought = market(losing=losing, shop_first=shop_first, beta=beta, more={"consideration": True})
    assert len(bought["brand"]) > 10_000
    assert np.all(CARRIED[bought["retailer"], bought["brand"]])
    assert len(np.unique(bought["brand"])) == 4


@pytest.mark.parametrize("form", ["relative", "absolute"])
@pytest.mark.parametrize("beta", [0.0, 0.001, 4.7])
def test_whoever_evaluates_chooses_among_what_is_there_and_loses_no_sale(beta, form):
    """However little prices are minded, and however much is liked what is not there."""
    one, _ = market(shop_first=0.5, beta=beta, more={"price_comparison": PriceComparison(form=form)})
    assert one.tally.postponed_visits[0] == 0
    assert one.tally.contacted.sum() == one.tally.trips[0] == one.tally.units.sum()


def test_who_buys_by_habit_what_is_not_there_looks_again_and_puts_nothing_off():
    """The second visit of the week is an evaluation, at the same shop or another one, and ends in a sale."""
    one, _ = market(more={"consideration": Consideration(readiness=-9.0)})
    assert one.tally.evaluations[0] > 0
    assert one.tally.postponed_visits[0] == 0
    assert one.tally.units.sum() == one.tally.trips[0]


def test_who_comes_for_a_shop_buys_there_and_only_what_it_carries():
    one, bought = market(shop_first=0.6, losing=True)
    main = one.state.main_shop[bought["shopper"]]
    assert np.all(bought["retailer"][main >= 0] == main[main >= 0])
    assert np.all(CARRIED[bought["retailer"], bought["brand"]])
    assert_within(mean(one.state.main_shop >= 0), 0.6)


def test_shoppers_come_to_shops_by_their_shares():
    retailers = {key: shop.model_copy(update={"share": 1.0 + r}) for r, (key, shop) in enumerate(shops().items())}
    one, _ = market(shop_first=1.0, retailers=retailers, shoppers=30_000, weeks=1)
    assert_within(mean(one.state.main_shop[:, None] == np.arange(3)), np.array([1, 2, 3]) / 6)


@pytest.mark.parametrize("beta", [0.0, 4.7])
def test_at_a_shop_shares_of_one_taste_are_those_of_what_it_carries(beta):
    """Prices do not vary, so P_k is m_k over the sum of what is carried: the logit without the others."""
    one, bought = market(shop_first=1.0, S=None, beta=beta, retailers=shops(price_dispersion=0.0))
    x = np.zeros((8000, 4), int)
    np.add.at(x, (bought["shopper"], bought["brand"]), 1)
    for r, there in enumerate(CARRIED):
        here = x[one.state.main_shop == r]
        assert_within(ratio(here, here.sum(axis=1, keepdims=True)), SHARES * there / SHARES[there].sum())


def test_who_comes_for_a_shop_sees_one_quote_and_expects_to_save_nothing():
    """Others see two here; an hour spent on comparing prices is worth nothing to who will not go elsewhere."""
    more = {"price_comparison": PriceComparison(quotes_least=2, quotes_added=0.0)}
    one, _ = market(shop_first=0.5, more=more)
    first = one.state.main_shop >= 0
    assert np.all(one.state.price_gain[first] == 0)
    assert np.allclose(one.state.price_gain[~first], 4.7 * 0.1 / 3)
    visits = one.tally.trips[0]
    assert visits < one.tally.quotes[0] < 2 * visits


def test_brands_first_or_shop_first_makes_no_difference_where_shops_are_alike():
    """Claims D10 at rest: every shop carries everything at list price; orders of decision sell the same brands."""
    alike = {f"shop_{r}": Retailer(price_dispersion=0.0) for r in range(3)}
    units = [market(shop_first=share, retailers=alike)[0].tally.units for share in (0.0, 1.0)]
    assert np.array_equal(*units)


MARKET = """\
weeks = 10
[brands.acme]
share = 0.4
price = 5
[brands.bolt]
share = 0.6
price = 4.5
[retailers.shop]
assortment = ["acme"]
"""


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("", "mine.toml:5: brands.bolt: no retailer carries it; it must be in the assortment of one, or of all"),
        (
            '[retailers.depot]\nassortment = ["bolt", "acne"]\n',
            'mine.toml:11: retailers.depot.assortment.1: is "acne"; there is no such brand (did you mean acme?)',
        ),
        (
            "[retailers.depot]\nassortment = []\n",
            "mine.toml:11: retailers.depot.assortment: has 0 entries; must be a list of at least 1 entry",
        ),
        ('[retailers.depot]\nassortment = "bolt"\n', 'mine.toml:11: retailers.depot.assortment: is "bolt"'),
    ],
    ids=["carried by nobody", "unknown brand", "empty", "no list"],
)
def test_an_assortment_that_cannot_be_is_told_with_its_line(more, problem):
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(MARKET + more, source="mine.toml")
    (found,) = caught.value.problems
    assert found.startswith(problem)


def test_a_shop_without_an_assortment_carries_everything():
    scenario = parse_scenario(MARKET + "[retailers.depot]\n", source="mine.toml")
    one = Market(scenario.market, burn_in=0)
    assert one.world.carried.tolist() == [[True, False], [True, True]]
