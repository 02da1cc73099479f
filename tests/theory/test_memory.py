"""Memory in closed form: peak and end within an episode, a constant rate of learning across them, fading between."""

import numpy as np
import pytest
from bare_market import (
    CHOOSING,
    Episodes,
    assert_within,
    market_spec,
    mean,
    moments_of_luck,
    only,
    ratio,
    remembered,
    run,
    terms,
)

from sim.market.behaviours.own_experience import Params as OwnExperience
from sim.market.behaviours.usage import Params as Usage
from sim.market.market import Market


def one_episode(moments, **params):
    """Let one shopper live through an episode whose moments are given, and return what it makes of it."""
    spec = market_spec([0.5, 0.5], shoppers=1)
    market = Market(spec, only(usage=Usage(noise=0.0, past_purchases=0, **params)), seed=1, burn_in=0)
    market.world.lift[:4, 0] = moments
    block = market.poll_block
    block.enter(0, 1)
    block.everybody()
    block.visit.choice[0] = 0
    market.behaviours["usage"].open_week(market)
    market.behaviours["usage"].on_visit(block)
    return float(block.visit.experienced[0]), float(block.visit.satisfaction[0])


@pytest.mark.parametrize(
    ("moments", "strongest"),
    [
        ((0.2, -0.9, 0.4, 0.1), -0.9),
        ((0.2, 0.3, -0.1, -1.5), -1.5),
        ((1.1, 0.3, -0.9, 0.5), 1.1),
        ((0.5, 0.5, 0.5, 0.5), 0.5),
    ],
)
@pytest.mark.parametrize(("peak", "end"), [(0.3, 0.3), (0.5, 0.1), (0.0, 0.0)])
def test_an_episode_is_remembered_by_its_peak_its_end_and_its_mean(moments, strongest, peak, end):
    """r = peak x strongest + end x last + rest x mean (Kahneman et al. 1993), without luck; single precision."""
    expected = peak * strongest + end * moments[3] + (1 - peak - end) * np.mean(moments)
    found, _ = one_episode(moments, peak=peak, end=end)
    assert found == pytest.approx(expected, abs=1e-6)


def test_a_bad_end_spoils_an_episode_that_a_bad_beginning_does_not():
    first, last = one_episode((-0.4, 0.5, 0.5, 0.5))[0], one_episode((0.5, 0.5, 0.5, -0.4))[0]
    assert last < first


def test_episodes_of_an_undisturbed_brand_have_unit_variance():
    """Sample variance of n normal-like draws: its error is taken from the draws; the scale has one of .4 %."""
    spec = market_spec([0.5, 0.5], shoppers=30_000)
    episodes = Episodes()
    market = Market(spec, only(**CHOOSING, usage=Usage(past_purchases=0)), seed=11, burn_in=0, recorders=[episodes])
    run(market, 3)
    experience = episodes.columns()[5].astype(float)
    assert_within(mean(experience), 0.0)
    assert_within(mean(experience**2), 1.0, beyond=4 * 0.005)


@pytest.mark.parametrize("noise", [0.5, 1.0])
def test_what_a_brand_is_capable_of_adds_to_luck_moment_by_moment(noise):
    """Mean and spread against episodes drawn by numpy: moments z + noise x s x N(0, 1), where s gives luck unit sd.

    Two independent samples, whose errors add up; that of s itself is half a percent at four standard errors.
    """
    z = np.array([0.1, 0.6, -0.2, 0.5])
    reference = remembered(z + noise * moments_of_luck(400_000))
    spec = market_spec([0.5, 0.5], shoppers=4096)
    market = Market(spec, only(usage=Usage(noise=noise, past_purchases=0)), seed=11, burn_in=0)
    market.world.lift[:4] = z[:, None]
    block, found = market.poll_block, []
    for week in range(10):
        market.week = week
        block.enter(0, spec.shoppers)
        block.everybody()
        market.behaviours["usage"].on_visit(block)
        found.append(block.visit.experienced.astype(float))
    found = np.concatenate(found)
    for power in (1, 2):
        (value, error), (wanted, other) = mean(found**power), mean(reference**power)
        assert_within((value, np.hypot(error, other)), wanted, beyond=0.005 * power * noise * abs(wanted))


@pytest.mark.parametrize(("gap_weight", "loss"), [(0.5, 1.5), (0.8, 2.25), (0.0, 1.0)])
@pytest.mark.parametrize("moment", [0.8, -0.8])
def test_satisfaction_is_experience_and_its_gap_to_what_was_expected(gap_weight, loss, moment):
    """Without memory or ratings nothing is expected: s = (1 - w) r + w v(r), losses counting `loss` times."""
    r, s = one_episode([moment] * 4, gap_weight=gap_weight, loss_aversion=loss)
    assert s == pytest.approx((1 - gap_weight) * r + gap_weight * (r if r > 0 else loss * r), abs=1e-6)


def test_who_remembers_more_expects_more_and_is_less_satisfied():
    """s = (1 - w) r + w v(r - x), x = tau_m M / (1 + tau_m + tau_r), at every second purchase; single precision."""
    spec = market_spec([0.5, 0.5], shoppers=2000, rate=2.0)
    episodes = Episodes()
    params = Usage(past_purchases=0, memory_in_expectation=0.7, reviews_in_expectation=0.1, gap_weight=0.6)
    run(Market(spec, only(**CHOOSING, usage=params), seed=12, burn_in=0, recorders=[episodes]), 10)
    _, _, _, satisfaction, before, experience = episodes.columns()
    gap = experience - 0.7 / 1.8 * before
    expected = 0.4 * experience + 0.6 * np.where(gap > 0, gap, 1.5 * gap)
    assert np.abs(before).max() > 1
    assert np.allclose(satisfaction, expected, atol=1e-5)


@pytest.mark.parametrize(("learning", "half_life"), [(0.3, 26.0), (0.6, 5.0), (0.1, 1e9)])
def test_memory_is_the_sum_of_all_past_satisfaction_faded_by_age_and_by_what_came_after(learning, half_life):
    """Sum over j of a (1 - a)^(n - j) s_j phi^age for every shopper and brand; single precision."""
    spec = market_spec([0.5, 0.3, 0.2], shoppers=1000, rate=0.4, K=1.0, S=2.0)
    episodes = Episodes()
    usage = Usage(learning=learning, memory_half_life=half_life, past_purchases=0)
    params = only(**CHOOSING, usage=usage, own_experience=OwnExperience(weight=0.5))
    market = run(Market(spec, params, seed=13, burn_in=0, recorders=[episodes]), 60)
    week, who, brand, satisfaction, _, _ = episodes.columns()
    expected = np.zeros((1000, 3))
    for at in range(len(week)):  # purchases in their order; each makes all before it count less
        expected[who[at], brand[at]] *= 1 - learning
        expected[who[at], brand[at]] += learning * satisfaction[at] * 0.5 ** ((market.week - week[at]) / half_life)
    market.behaviours["usage"].open_week(market)
    assert np.allclose(terms(market, "own_experience").T, 0.5 * expected, atol=1e-5)


@pytest.mark.parametrize(("a_year", "published"), [(1, 0.18), (4, 0.46), (12, 0.72)])
def test_memory_at_the_next_purchase_reaches_light_buyers_hardly(a_year, published):
    """Mean memory per unit of experience a f/(1 - (1 - a) f), f = nu/(nu + delta): .18, .46, .72 (two digits).

    Weeks are whole here. A purchase is followed by another in the same week with chance 1 - q, q = (1 - e^-nu)/nu, and
    else by one after a geometric number of weeks, so that f is the mean of phi^weeks over these.
    """
    learning, half_life = 0.3, 26.0
    phi, nu = 0.5 ** (1 / half_life), a_year / 52
    f = nu / (nu + np.log(2) / half_life)
    assert learning * f / (1 - (1 - learning) * f) == pytest.approx(published, abs=0.005)
    another = -np.expm1(-nu)
    q = another / nu
    f = 1 - q + q * another * phi / (1 - np.exp(-nu) * phi)
    expected = learning * f / (1 - (1 - learning) * f)
    assert expected == pytest.approx(published, abs=0.008)

    brands = {0: {"quality": 1.0}}
    spec = market_spec([1 - 1e-6, 1e-6], shoppers=6000 // a_year, rate=nu, brands=brands)
    usage = Usage(learning=learning, noise=0.0, gap_weight=0.0, past_purchases=0, sees_levels=True)
    weeks = 10 * 52 + 600 // a_year  # ten years, after which (1 - a)^10 of the beginning is left to light buyers
    episodes = Episodes(10 * 52)
    run(Market(spec, only(**CHOOSING, usage=usage), seed=14, burn_in=0, recorders=[episodes]), weeks)
    _, who, brand, satisfaction, before, _ = episodes.columns()
    assert np.allclose(satisfaction[brand == 0], 1.0, atol=1e-4)
    visits = np.bincount(who, minlength=spec.shoppers)
    assert_within(ratio(np.bincount(who, before, spec.shoppers), visits), expected)
