"""Awareness of a new brand: with complete mixing and no forgetting it follows Bass's recursion, and his curve."""

import numpy as np
import pytest
from bare_market import CHOOSING, ERRORS, market_spec, only, purchases, run

from sim.market.behaviours.advertising import Params as Advertising
from sim.market.behaviours.need import Params as Need
from sim.market.market import Market
from sim.market.spec import Network
from sim.market.state import NEVER

N = 20_000


def spreading(reach, talk, *, known=0.0, kind="complete_mixing", shoppers=N, seed=2, **dials):
    spec = market_spec(
        [0.6, 0.4], shoppers=shoppers, brands={1: {"awareness": known}}, network=Network(kind=kind, ties=8)
    )
    return Market(spec, only(advertising=Advertising(reach=reach, talk=talk, **dials)), seed=seed, burn_in=0)


def shares_aware(market, weeks):
    found = [1 - market.world.unaware[1] / market.spec.shoppers]
    for _ in range(weeks):
        market.step()
        found.append(1 - market.world.unaware[1] / market.spec.shoppers)
    return np.array(found)


@pytest.mark.parametrize(("p", "q", "known"), [(0.03, 0.38, 0.0), (0.1, 0.0, 0.2), (0.0, 0.3, 0.05), (0.01, 0.1, 0.0)])
def test_each_week_as_many_hear_of_it_as_the_discrete_bass_recursion_says(p, q, known):
    """Given F, those who hear of it are binomial with chance p + q F; each week within its own standard error."""
    share = shares_aware(spreading(p, q, known=known), 40)
    chance = p + q * share[:-1]
    left = N * (1 - share[:-1])
    heard = N * np.diff(share)
    assert np.all(np.abs(heard - chance * left) <= ERRORS * np.sqrt(chance * (1 - chance) * left) + 1e-6)


def test_the_whole_course_is_that_of_the_recursion():
    """Luck of early weeks is carried on, so markets are averaged: errors from the spread over twelve seeds."""
    p, q, weeks = 0.03, 0.3, 30
    runs = np.array([shares_aware(spreading(p, q, shoppers=5000, seed=s), weeks) for s in range(12)])
    expected = [0.0]
    for _ in range(weeks):
        expected.append(expected[-1] + (p + q * expected[-1]) * (1 - expected[-1]))
    error = runs.std(axis=0, ddof=1) / np.sqrt(12)
    bend = 0.001  # the recursion of a mean is not the mean of recursions: of the order of the variance of F
    assert np.all(np.abs(runs.mean(axis=0) - expected) <= 5 * error + bend)  # 5: t with 11 degrees of freedom


def test_slow_spreading_nears_the_bass_curve():
    """F(t) = (1 - e^(-(p+q)t))/(1 + q/p e^(-(p+q)t)); a step of a week leaves an error of the order of p + q."""
    p, q, weeks = 0.004, 0.04, 150
    share = shares_aware(spreading(p, q), weeks)
    fading = np.exp(-(p + q) * np.arange(weeks + 1))
    curve = (1 - fading) / (1 + q / p * fading)
    assert np.abs(share - curve).max() < (p + q) / 4 + ERRORS * 0.5 / np.sqrt(N) * 2


def discrete_peak(p, q):
    """Return the step, counted from one, at which the recursion adds most, between steps by a parabola."""
    shares = [0.0]
    while shares[-1] < 0.99:
        shares.append(shares[-1] + (p + q * shares[-1]) * (1 - shares[-1]))
    heard = np.diff(shares)
    top = heard.argmax()
    before, most, after = heard[top - 1 : top + 2]
    return top + 1 + (before - after) / (before - 2 * most + after) / 2


@pytest.mark.parametrize(("p", "q"), [(0.001, 0.005), (0.002, 0.014), (0.001, 0.009), (0.0005, 0.019), (0.03, 0.2)])
def test_the_peak_of_the_recursion_comes_later_than_that_of_the_curve_by_a_closed_form(p, q):
    """Later than ln(q/p)/(p + q) by 1 + ln((p + q)^2/(4 p q))/2 steps: one since a step counts when it is over.

    The rest is what small steps lose on the way to the peak (half of the integral of g'/g over F, by the modified
    equation of F' = g). So it is 1.3 to 1.5 steps for q/p of 5 to 9; 1.65 for the 12.7 of durable goods.
    """
    later = discrete_peak(p, q) - np.log(q / p) / (p + q)
    assert later == pytest.approx(1 + np.log((p + q) ** 2 / (4 * p * q)) / 2, abs=0.03)
    if 5.2 <= q / p <= 9.2:
        assert 1.29 < later < 1.52


def test_most_shoppers_hear_of_it_1_3_to_1_5_weeks_after_the_peak_of_the_curve():
    """A parabola through the weeks around the peak, in markets of twelve seeds; errors from the spread over seeds."""
    p, q = 0.03, 0.2
    around = np.arange(5, 15)  # weeks, counted from zero; the skew of the course over so many shifts it by a tenth
    expected = [0.0]
    for _ in range(30):
        expected.append(expected[-1] + (p + q * expected[-1]) * (1 - expected[-1]))

    def peak(shares):
        bend, slope, _ = np.polyfit(around, np.diff(shares)[around], 2)
        return 1 - slope / (2 * bend)

    peaks = np.array([peak(shares_aware(spreading(p, q, seed=s), 16)) for s in range(12)])
    error = peaks.std(ddof=1) / np.sqrt(12)
    assert error < 0.1
    assert abs(peaks.mean() - peak(np.array(expected))) <= 5 * error  # 5: t with 11 degrees of freedom
    skew = peak(np.array(expected)) - discrete_peak(p, q)
    later = peaks.mean() - skew - np.log(q / p) / (p + q)
    assert 1.3 - 5 * error < later < 1.5 + 5 * error


def test_without_ties_only_adverts_tell():
    p = 0.05
    share = shares_aware(spreading(p, 0.5, kind="none"), 10)
    expected = 1 - (1 - p) ** np.arange(11)
    assert np.all(np.abs(share - expected) <= ERRORS * np.sqrt(expected * (1 - expected) / N))


def test_those_whose_ties_know_it_hear_of_it():
    """One week of talk alone: the chance of each shopper is q times the share of its ties who know."""
    market = spreading(0.0, 0.8, known=0.3, kind="small_world")
    before = (market.state.aware >> 1) & 1
    ties = market.ties
    knows = np.add.reduceat(before[ties.to], ties.start[:-1]) / np.diff(ties.start)
    market.step()
    after = (market.state.aware >> 1) & 1
    assert np.all(after[before == 1] == 1)
    for low, high in ((0, 0.2), (0.2, 0.4), (0.4, 0.7)):
        some = (before == 0) & (knows >= low) & (knows < high)
        chance = 0.8 * knows[some]
        assert abs(after[some].sum() - chance.sum()) <= ERRORS * np.sqrt((chance * (1 - chance)).sum())


def test_what_is_forgotten_and_heard_of_balances():
    """F = p (1 - F)/f at rest: p = .06 and f = .03 keep two thirds aware."""
    share = shares_aware(spreading(0.06, 0.0, forgetting=0.03), 120)[-30:]
    assert share.mean() == pytest.approx(2 / 3, abs=ERRORS * np.sqrt(2 / 9 / N))


def choosing(**brand):
    once = Need(arrivals="at_most_one")
    adverts = Advertising(reach=0.0, talk=0.0, found=brand.pop("found", 0.0))
    on = only(**CHOOSING, usage=True, advertising=adverts) | {"need": once}
    spec = market_spec(
        [0.5, 0.3, 0.2], shoppers=6000, rate=2.0, S=2.0, expertise=brand.pop("expertise", 0.5), brands={1: brand}
    )
    return Market(spec, on, seed=4, burn_in=2)


def test_a_brand_that_is_not_known_is_not_bought_and_was_never_bought():
    market = choosing(awareness=0.5)
    knows = (market.state.aware >> 1) & 1 == 1
    assert np.all(market.state.bought_week[~knows, 1] == NEVER)
    assert np.all(market.state.last_brand[~knows] != 1)
    bought = purchases(market, 6)
    assert bought[~knows, 1].sum() == 0
    assert bought[knows, 1].sum() > 0


def test_buyers_of_known_brands_split_as_their_tastes_do_without_the_new_one():
    """The choice among those known is that of the others' tastes: a Dirichlet without one part, shares 5 to 2."""
    bought = purchases(choosing(awareness=0.0), 8)
    share = bought[:, 0].sum() / bought.sum()
    error = np.sqrt(np.square(bought[:, 0] - share * bought.sum(axis=1)).sum()) / bought.sum()
    assert abs(share - 5 / 7) <= ERRORS * error


@pytest.mark.parametrize("expertise", [0.0, 0.5, 1.0])
def test_evaluation_finds_a_brand_the_more_often_the_more_expert_a_shopper_is(expertise):
    """Everybody shops once a week: the chance to buy it first is found x expertise x taste; buying makes it known."""
    market = choosing(awareness=0.0, found=0.4, expertise=expertise)
    run(market, 2)
    taste = np.exp(market.state.taste - market.state.taste.max(axis=1, keepdims=True)).astype(float)
    chance = 0.4 * expertise * taste[:, 1] / taste.sum(axis=1)
    market.step()
    bought = market.state.bought_week[:, 1] == 0
    assert abs(bought.sum() - chance.sum()) <= ERRORS * np.sqrt((chance * (1 - chance)).sum()) + 1e-9
    aware = (market.state.aware >> 1) & 1 == 1
    assert np.array_equal(aware, bought)


def test_nobody_buys_before_the_launch_and_those_who_know_it_do_from_then_on():
    market = choosing(launch_week=3, awareness=0.6)
    for week in range(-2, 6):
        market.step()
        assert (market.tally.units[1] > 0) == (week >= 3)


def test_a_market_in_which_everybody_knows_everything_is_the_market_without_adverts():
    spec = market_spec([0.5, 0.3, 0.2], shoppers=3000, rate=2.0, S=2.0)
    one, other = (
        Market(spec, only(**CHOOSING, consideration=True, **on), seed=4, burn_in=1)
        for on in ({}, {"advertising": True})
    )
    other.state.aware.flags.writeable = False
    assert np.array_equal(purchases(one, 5), purchases(other, 5))


def test_a_new_brand_becomes_as_large_as_it_will_be_in_the_end(small_spec):
    """In the whole market: launched and soon known to all, it sells the share that it has where it always was."""
    shares = []
    for launch in (None, 0):
        crest = {"share": 0.2, "price": 6.0, "launch_week": launch}
        params = {"advertising": Advertising(reach=0.5, talk=0.5)}
        market = run(Market(small_spec(shoppers=3000, brands={"crest": crest}), params, seed=6, burn_in=52), 52 + 26)
        units = np.zeros(4)
        for _ in range(52):
            market.step()
            units += market.tally.units
        shares.append(units[2] / units.sum())
    assert shares[1] == pytest.approx(shares[0], rel=0.12)  # about 75,000 units, in two lots of the same shoppers
