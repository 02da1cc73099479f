"""Adverts: elasticity in closed form and in paired markets, who answers to them, what comes to mind, promises."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, only, purchases, ratio, run, terms

from sim.market.behaviours.advertising import ADVERTS, response
from sim.market.behaviours.advertising import Params as Advertising
from sim.market.behaviours.consideration import Params as Consideration
from sim.market.market import Market
from sim.market.record.poll import poll
from sim.market.spec import Brand, Capability, Intervention, MarketSpec

S = 2.0
AT_ONCE = Capability(half_life_weeks=0.01)
"""Stocks are what is spent."""


def spend(market_or_spec, more, brand=0):
    """Return an intervention that spends so much more than the norm, in norms."""
    spec = market_or_spec
    share = list(spec.brands.values())[brand].share
    norm = spec.capability.norm * spec.shoppers * spec.category.purchase_rate * share * 100.0
    return Intervention(brand=f"brand_{brand}", spend={"adverts": more * norm})


def advertised(more=1.0, *, expertise=0.5, spread=0.0, shares=(0.5, 0.3, 0.2), shoppers=3000, extra=None, **dials):
    spec = market_spec(
        shares, shoppers=shoppers, rate=2.0, S=S, expertise=expertise, expertise_spread=spread, capability=AT_ONCE
    )
    on = only(**CHOOSING, advertising=Advertising(**dials), **(extra or {}))
    return Market(spec, on, seed=9, burn_in=0, timeline=[spend(spec, more)] if more else [])


# --- known answers


def test_the_closed_form_gives_the_published_elasticity():
    """Kappa x p x h/(1 + h), with p = .8 - .5 x .5 at the mean expertise, is .12 at a share-weighted kappa of .55."""
    dials, minds = Advertising(), Consideration()
    p = minds.comes_to_mind - minds.comes_to_mind_fall * 0.5
    step = 1e-4
    at_rest = np.log(response(np.exp([step, -step]), dials.half_saturation))
    elasticity = (at_rest[0] - at_rest[1]) / (2 * step)
    assert 0.55 * p * elasticity == pytest.approx(0.12, abs=0.002)


def test_paired_markets_have_the_elasticity_of_the_closed_form():
    """D ln share = kappa du, kappa = (1 - m) S/(1 + S); a tenth more and a tenth less than 1.1 norms of adverts."""
    share, low, high = 0.3, 1.0, 1.2
    shares = (share, 0.4, 0.3)
    arms = [advertised(more - 1.0, shares=shares, shoppers=60_000) for more in (low, high)]
    less, more = (purchases(run(one, 1), 6)[:, 0] for one in arms)
    assert np.allclose([one.world.stock[ADVERTS, 0] for one in arms], [low, high], rtol=1e-6)  # adverts reach everybody
    du = np.diff([np.log(0.55 * response(one.world.stock[ADVERTS], 0.667)[0] + 0.45) for one in arms])[0]
    expected = (1 - share) * S / (1 + S) * du
    assert_within(ratio(more - less, (more + less) / 2), expected, beyond=0.02 * expected)  # kappa at 1.1 norms
    assert 0.07 < expected / np.log(high / low) / ((1 - share) * S / (1 + S)) * 0.55 < 0.12  # below .12 at 1.1 norms


@pytest.mark.parametrize("expertise", [0.0, 0.4, 1.0])
def test_the_term_is_that_of_the_known_route(expertise):
    market = run(advertised(expertise=expertise), 1)
    p, a = 0.8 - 0.5 * expertise, response(market.world.stock[ADVERTS], 0.667)[0]
    assert a == pytest.approx(1.25, abs=0.01)
    found = terms(market, "advertising")
    assert np.allclose(found[0], np.log(p * a + 1 - p), atol=1e-6)
    assert np.all(found[1:] == 0)


def test_experts_answer_less_to_adverts_in_proportion_to_what_comes_to_their_mind():
    """Gains at no and at full expertise are as ln(.8 A + .2) to ln(.3 A + .7), the tastes being the same."""
    gains = []
    for expertise in (0.0, 1.0):
        base, more = (advertised(x, expertise=expertise, shoppers=40_000) for x in (0.0, 1.0))
        base, more = purchases(base, 4)[:, 0], purchases(more, 4)[:, 0]
        gains.append(ratio(more - base, base))
    a = 2 * (1 + 0.667) / (2 + 0.667)
    kappa = 0.5 * S / (1 + S)
    for gain, p in zip(gains, (0.8, 0.3), strict=True):
        expected = np.expm1(kappa * np.log(p * a + 1 - p))
        assert_within(gain, expected, beyond=0.06 * expected)  # kappa falls as the share grows
    assert gains[0][0] > 2 * gains[1][0]


@pytest.mark.parametrize("expertise", [0.0, 0.7])
def test_what_is_advertised_comes_to_mind_more_often(expertise):
    """A p/(A p + 1 - p) of the shoppers, at visits and when asked; the rest as ever."""
    market = run(advertised(expertise=expertise, extra={"consideration": Consideration(habit=False)}), 1)
    p, a = 0.8 - 0.5 * expertise, float(response(market.world.stock[ADVERTS], 0.667)[0])
    chances = [p * a / (p * a + 1 - p), p, p]
    for asked in (False, True):
        market.state.bought_week[:] = -32768
        terms(market, "consideration", asked=asked)
        market.behaviours["advertising"].on_visit(market.poll_block)
        mind = market.poll_block.visit.mind
        for b, chance in enumerate(chances):
            known = ((mind >> b) & 1).mean()
            assert_within((known, np.sqrt(chance * (1 - chance) / len(mind))), chance, beyond=2**-15)


def test_search_wins_as_often_as_what_is_found_says():
    """Of a brand that is alone in being liked, 1 - A p/(A p + 1 - p) of the choices are found by search."""
    considers = {"consideration": Consideration(habit=False)}
    market = advertised(2.0, shares=(0.999, 0.001), extra=considers, shoppers=30_000)
    market.step()
    a = float(response(market.world.stock[ADVERTS], 0.667)[0])
    expected = 1 - 0.55 * a / (0.55 * a + 0.45)
    visits = market.tally.trips[0]
    assert_within((market.tally.won_late[0] / visits, np.sqrt(0.2 / visits)), expected, beyond=0.001)


# --- invariants


def test_spending_at_the_norm_changes_no_purchase():
    spec = market_spec([0.5, 0.3, 0.2], shoppers=2000, rate=2.0, S=S)
    one, other = (Market(spec, only(**CHOOSING, **on), seed=9, burn_in=2) for on in ({}, {"advertising": True}))
    assert np.array_equal(purchases(one, 5), purchases(other, 5))
    assert np.all(terms(run(advertised(0.0), 2), "advertising") == 0)


def test_when_asked_shoppers_do_not_like_a_brand_better_for_its_adverts():
    market = run(advertised(), 1)
    assert np.any(terms(market, "advertising") != 0)
    assert np.all(terms(market, "advertising", asked=True) == 0)


def test_a_poll_without_consideration_asks_of_all_brands():
    market = run(advertised(), 1)
    taste = market.state.taste + market.world.constant.astype(np.float32)
    assert np.array_equal(poll(market).preferred[:3], np.bincount(taste.argmax(axis=1), minlength=3))


def test_a_new_brand_is_preferred_by_none_who_do_not_know_it():
    spec = market_spec([0.5, 0.3, 0.2], shoppers=2000, rate=2.0, S=S, brands={0: {"awareness": 0.4}})
    market = Market(spec, only(**CHOOSING, consideration=True, advertising=True), seed=9, burn_in=1)
    market.step()
    counts = poll(market)
    knows = market.state.aware & 1 == 1
    assert counts.preferred[0] == np.count_nonzero(market.state.preferred == 0) > 0
    assert np.all(knows[market.state.preferred == 0])


def test_at_least_one_brand_is_on_sale_from_the_start():
    brands = {key: Brand(share=0.5, price=1.0, launch_week=5) for key in ("acme", "bolt")}
    with pytest.raises(ValueError, match="at least one must be on sale"):
        MarketSpec(brands=brands, retailers={"corner": {}})


# --- promises


def test_a_promise_counts_as_far_as_it_is_believed():
    spec = market_spec([0.5, 0.5], shoppers=500, expertise_spread=0.2, brands={1: {"promise": 2.0}})
    on = only(**CHOOSING, advertising=Advertising(trust=0.5, trust_fall=0.8, promise_weight=0.25))
    market = run(Market(spec, on, seed=1, burn_in=0), 1)
    believes = np.maximum(0.5 - 0.8 * market.state.expertise, 0)
    for asked in (False, True):
        assert np.allclose(terms(market, "advertising", asked=asked), [0 * believes, 0.25 * 2 * believes], atol=1e-6)
    assert market.world.trust[0] == pytest.approx(believes.mean(), rel=1e-5)
