"""Reading reviews is Bayesian: normal reviews, a normal prior worth n_0 reviews (Erdem & Keane 1996)."""

import numpy as np
import pytest
from bare_market import assert_within, market_spec, mean, only, terms

from sim.market.behaviours.review_reading import Params as ReviewReading
from sim.market.market import Market

CHANGE = np.array([-1.0, -0.4, 0.0, 0.3, 0.8])
SPREAD = np.array([0.5, 1.2, 1.0, 0.0, 1.6])
SHOPPERS = 4096
WEIGHT, PRIOR = 0.25, 5.0


def reader(*, expertise=0.5, shares=(1,) * 5, **params):
    """Build a market whose platform says that ratings of the five brands have changed, with some spread."""
    settings = ReviewReading(**{"weight": WEIGHT, "prior": PRIOR, "volume_weight": 0.0, **params})
    spec = market_spec(shares, shoppers=SHOPPERS, expertise=expertise)
    market = Market(spec, only(review_reading=settings), seed=10, burn_in=0)
    market.world.rating_change[:] = CHANGE
    market.world.rating_spread[:] = SPREAD
    return market


def read_many_times(market, weeks=12):
    """Let everybody read afresh in several weeks. Shape (shoppers x weeks, B)."""
    parts = []
    for week in range(weeks):
        market.week = week
        parts.append(terms(market, "review_reading").T.copy())
    return np.concatenate(parts)


@pytest.mark.parametrize("read", [1.0, 2.5, 10.0])
def test_what_is_believed_is_the_posterior_mean_on_average(read):
    """n/(n + n_0) of what the reviews say beyond the norm; every reading is independent."""
    utility = read_many_times(reader(read_least=read, read_added=0.0))
    assert_within(mean(utility), WEIGHT * read / (read + PRIOR) * CHANGE, beyond=1e-6)


@pytest.mark.parametrize("read", [1.0, 2.5, 10.0])
def test_what_is_believed_varies_as_the_mean_of_a_sample(read):
    """Variance (n/(n + n_0))^2 s^2/n; a normal's squared deviations have standard deviation sqrt(2) of their mean."""
    utility = read_many_times(reader(read_least=read, read_added=0.0))
    shrink = WEIGHT * read / (read + PRIOR)
    expected = shrink**2 * SPREAD**2 / read
    found = np.square(utility - shrink * CHANGE).mean(axis=0)
    assert_within((found, expected * np.sqrt(2 / len(utility))), expected, beyond=1e-12)


def test_brands_are_read_apart():
    """What a shopper happens to read of one brand says nothing of another: correlations are nil."""
    utility = read_many_times(reader(read_least=1.0, read_added=0.0))[:, SPREAD > 0]
    found = np.corrcoef(utility.T)
    others = ~np.eye(len(found), dtype=bool)
    assert_within((found[others], 1 / np.sqrt(len(utility))), 0.0)


def test_many_reviews_and_a_weak_prior_are_believed_as_they_stand():
    utility = read_many_times(reader(read_least=1000.0, read_added=0.0, prior=0.0), weeks=1)
    assert_within((utility.mean(axis=0), WEIGHT * SPREAD / np.sqrt(1000 * SHOPPERS)), WEIGHT * CHANGE, beyond=1e-6)


def test_who_reads_nothing_or_knew_everything_before_believes_nothing_new():
    assert np.all(read_many_times(reader(read_least=0.0, read_added=0.0), weeks=1) == 0)
    knowing = read_many_times(reader(read_least=1.0, read_added=0.0, prior=1000.0), weeks=1)
    assert np.abs(knowing).max() <= WEIGHT / 1001 * (np.abs(CHANGE).max() + 6 * SPREAD.max())  # 6 sd at the most


@pytest.mark.parametrize("expertise", [0.0, 0.4, 1.0])
def test_experts_read_more_and_believe_more_of_it(expertise):
    read = 1.0 + 9.0 * expertise
    utility = read_many_times(reader(expertise=expertise, read_least=1.0, read_added=9.0))
    assert_within(mean(utility), WEIGHT * read / (read + PRIOR) * CHANGE, beyond=1e-6)


def test_who_reads_all_reviews_takes_their_mean():
    utility = read_many_times(reader(reads="all"), weeks=1)
    assert np.allclose(utility, WEIGHT * CHANGE, rtol=1e-6)


def test_asked_without_a_visit_a_shopper_expects_the_posterior_mean():
    market = reader(read_least=2.0, read_added=0.0)
    assert np.allclose(terms(market, "review_reading", asked=True).T, WEIGHT * 2 / 7 * CHANGE, rtol=1e-5)


def test_own_use_discounts_what_others_write():
    """A shopper to whom a brand is familiar to the degree g listens to 1 - g of its reviews."""
    market = reader(reads="all")
    familiar = np.linspace(0, 1, SHOPPERS)
    market.poll_block.visit.familiar[:] = familiar
    expected = (1 - familiar)[:, None] * WEIGHT * CHANGE
    assert np.allclose(read_many_times(market, weeks=1), expected, atol=1e-7)


def test_the_number_of_reviews_counts_by_its_logarithm():
    market = reader(reads="all", volume_weight=0.5)
    market.world.volume_change[:] = np.log([0.5, 1.0, 1.1, 2.0, 4.0])
    expected = WEIGHT * CHANGE + 0.5 * np.log([0.5, 1.0, 1.1, 2.0, 4.0])
    assert np.allclose(read_many_times(market, weeks=1), expected, rtol=1e-6)
