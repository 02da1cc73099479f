"""Using the product: what is switched off leaves no trace, and the past that shoppers start with."""

import numpy as np
import pytest
from bare_market import CHOOSING, Episodes, assert_within, market_spec, mean, only, purchases, ratio, run
from pydantic import ValidationError
from scipy.special import softmax

from sim.market.behaviours.usage import Params as Usage
from sim.market.behaviours.usage import episode_scale
from sim.market.market import Market
from sim.market.state import NEVER

SHARES = [0.5, 0.3, 0.2]


def market(usage=True, *, shoppers=4000, burn_in=0, recorders=(), on=CHOOSING, **settings):
    spec = market_spec(SHARES, shoppers=shoppers, **{"S": 2.0, **settings})
    params = only(**on, **({"usage": usage} if usage else {}))
    return Market(spec, params, seed=40, burn_in=burn_in, recorders=recorders)


def test_without_usage_nobody_feels_or_remembers_anything():
    one = run(market(usage=None), 4)
    assert np.all(one.state.memory == 0)
    assert np.all(one.state.unsettled == 0)
    assert np.all(one.tally.satisfaction == 0)


def test_using_a_product_does_not_by_itself_change_what_is_bought():
    assert np.array_equal(purchases(market(usage=None), 5), purchases(market(Usage(past_purchases=0)), 5))


def test_sums_of_satisfaction_are_those_of_all_purchases():
    """In 1/65536 of a standard deviation: rounding of half of that for each purchase at the most."""
    seen = Episodes()
    one = run(market(recorders=[seen]), 1)
    _, _, brand, satisfaction, _, _ = seen.columns()
    assert np.abs(one.tally.satisfaction / 65536 - np.bincount(brand, satisfaction)).max() <= len(brand) / 65536


def test_the_centre_is_taken_off_satisfaction():
    parts = []
    for centre in (0.0, 0.4):
        seen = Episodes()
        one = market(Usage(memory_in_expectation=0.0), recorders=[seen])
        one.world.satisfaction_centre[:] = centre
        run(one, 1)
        parts.append(seen.columns()[3])
    assert np.allclose(parts[0] - 0.4, parts[1], atol=1e-6)


def test_losses_pull_mean_satisfaction_below_zero_as_the_formula_says():
    """-(lambda - 1)/2 x .399 sd(d): d is the episode itself where nothing is expected, about normal."""
    seen = Episodes()
    one = market(Usage(past_purchases=0, memory_in_expectation=0.0), recorders=[seen], shoppers=40_000)
    run(one, 2)
    satisfaction, experience = (seen.columns()[c].astype(float) for c in (3, 5))
    # exact for the episodes there are; the episode's shape differs a little from the normal's
    assert satisfaction.mean() == pytest.approx(experience.mean() - 0.25 * np.maximum(-experience, 0).mean(), abs=1e-5)
    assert_within(mean(satisfaction), -0.25 * 0.399, beyond=0.005)


def test_a_bad_disappointment_unsettles_until_the_next_purchase():
    seen = Episodes()
    one = run(market(Usage(bad_enough=-1.2, past_purchases=0), recorders=[seen], rate=0.5), 6)
    _, who, _, satisfaction, _, _ = seen.columns()
    expected = np.zeros(4000, bool)
    expected[who] = satisfaction < np.float32(-1.2)  # the last purchase of each shopper stays
    assert np.array_equal(one.state.unsettled > 0, expected)
    assert 0.05 < expected.mean() < 0.3


def test_a_market_without_luck_feels_what_brands_are_capable_of():
    seen = Episodes()
    brands = {0: {"quality": 0.6}, 1: {"quality": -0.3}}
    one = market(Usage(noise=0.0, gap_weight=0.0, past_purchases=0, sees_levels=True), recorders=[seen], brands=brands)
    run(one, 1)
    _, _, brand, satisfaction, _, _ = seen.columns()
    assert np.allclose(satisfaction, np.array([0.6, -0.3, 0.0])[brand], atol=1e-6)


@pytest.mark.parametrize("noise", [0.5, 1.0, 1.5])
def test_noise_is_the_standard_deviation_of_an_episode(noise):
    """The error of a variance from the draws; the scale of episodes is known to half a percent."""
    seen = Episodes()
    run(market(Usage(noise=noise), recorders=[seen], shoppers=20_000), 1)
    experience = seen.columns()[5].astype(float)
    assert_within(mean(experience**2), noise**2, beyond=0.02 * noise**2)


def test_levels_of_quality_count_only_where_they_are_seen():
    means = []
    for sees in (False, True):
        seen = Episodes()
        run(market(Usage(sees_levels=sees), recorders=[seen], brands={0: {"quality": 1.0}}), 1)
        _, _, brand, _, _, experience = seen.columns()
        means.append(mean(experience[brand == 0]))
    assert_within(means[0], 0.0)
    assert means[1][0] > 1.0


@pytest.mark.parametrize(("peak", "end"), [(0.3, 0.3), (0.0, 0.0), (0.5, 0.5)])
def test_episodes_are_scaled_to_unit_variance(peak, end):
    """Without peak and end an episode is the mean of four: its scale is two, to half a percent of a large sample."""
    random = np.random.default_rng(2).normal(size=(400_000, 4))
    strongest = np.take_along_axis(random, np.abs(random).argmax(axis=1)[:, None], axis=1)[:, 0]
    spread = (peak * strongest + end * random[:, 3] + (1 - peak - end) * random.mean(axis=1)).std()
    # the error of a standard deviation is about 1/sqrt(2 n) of it; 100,000 draws on one side, 400,000 on the other
    error = np.sqrt(1 / 200_000 + 1 / 800_000)
    assert_within((episode_scale(peak, end) * spread, error), 1.0)


def test_what_is_felt_beside_the_moments_adds_to_the_episode_as_it_is():
    """r + uplift, whichever moment was the strongest; the gap to what was expected grows by as much."""
    found = []
    for uplift in (0.0, 0.7):
        one = market(Usage(past_purchases=0, loss_aversion=1.0))
        block = one.poll_block
        block.enter(0, 4000)
        block.everybody()
        block.visit.choice[:4000] = 1
        block.visit.uplift[:4000] = uplift
        one.behaviours["usage"].on_visit(block)
        found.append((block.visit.experienced[:4000].copy(), block.visit.satisfaction[:4000].copy()))
    for before, after in zip(*found, strict=True):
        assert np.allclose(after - before, 0.7, atol=1e-5)


# ---- the past ------------------------------------------------------------------------------------------------------


def test_without_a_past_nobody_has_bought_anything():
    one = market(Usage(past_purchases=0))
    assert np.all(one.state.last_brand == -1)
    assert np.all(one.state.bought_week == NEVER)
    assert np.all(one.state.memory == 0)


def test_the_past_is_bought_by_taste_alone():
    """The last brand of each shopper is one draw from its own tastes; coins in all."""
    one = market(shoppers=20_000)
    chance = softmax(one.state.taste.astype(float), axis=1)
    last = one.state.last_brand[:, None] == np.arange(3)
    assert_within((last.sum(axis=0), np.sqrt((chance * (1 - chance)).sum(axis=0))), chance.sum(axis=0))
    likely = chance > 0.5
    expected = (chance * likely).sum(axis=0)
    error = np.sqrt((chance * (1 - chance) * likely).sum(axis=0))
    assert_within(((last & likely).sum(axis=0), error), expected)


def test_past_purchases_came_at_the_shoppers_own_rate():
    """Weeks since the last purchase of any brand are exponential with the rate, cut to whole weeks, from the eve on."""
    one = market(shoppers=20_000, rate=0.2, K=1000.0, burn_in=10)
    since = -10 - 1 - one.state.bought_week.max(axis=1).astype(float)
    assert since.min() == 0
    rate = 0.2
    assert_within(mean(since), np.exp(-rate) / -np.expm1(-rate), beyond=0.01)  # rates differ by 3 %


def test_the_brand_bought_last_is_the_one_of_the_latest_week():
    one = market(rate=0.05)
    newest = one.state.bought_week.max(axis=1)
    at_last = np.take_along_axis(one.state.bought_week, one.state.last_brand[:, None].astype(int), axis=1)[:, 0]
    assert np.array_equal(at_last, newest)


def test_who_bought_never_remembers_nothing_and_others_about_nothing_on_average():
    one = market(shoppers=20_000)
    bought = one.state.bought_week != NEVER
    assert np.all(one.state.memory[~bought] == 0)
    assert np.all(one.state.memory[bought] != 0)
    assert_within(ratio(np.where(bought, one.state.memory, 0.0), bought), 0.0)


def test_shares_of_the_past_are_those_of_the_market():
    one = market(shoppers=40_000)
    assert_within(mean(one.state.last_brand[:, None] == np.arange(3)), SHARES)


@pytest.mark.parametrize(("peak", "end"), [(0.7, 0.7), (1.0, 0.5)])
def test_peak_and_end_cannot_weigh_more_than_everything(peak, end):
    """The rest is left to the mean, whose weight cannot be negative."""
    with pytest.raises(ValidationError, match="peak"):
        Usage(peak=peak, end=end)
