"""Traits are drawn from the distributions they are said to have, against scipy's (Kolmogorov & Smirnov)."""

import numpy as np
import pytest
from bare_market import assert_within, mean
from scipy import stats
from scipy.special import digamma, gammaln

from sim.market.draws import betas, gammas, log_gammas, lognormals

RARE = 1e-4
"""Chance at which a true law fails, as often as 4 standard errors do; seeds are fixed."""
COUNT = 30_000


def draw_logs(shapes, *, seed=1, count=COUNT, dtype=np.float64):
    out = np.empty((count, len(shapes)), dtype)
    log_gammas(seed, "test/gamma", count, np.array(shapes), out)
    return out


@pytest.mark.parametrize("shape", [0.2, 0.78, 1.0, 1.7, 4.0, 60.0])
def test_rates_are_gamma(shape):
    """In all, and in the mean to better than a hundredth."""
    rates = gammas(1, "test/rate", 10 * COUNT, shape)
    assert stats.kstest(rates[:COUNT], stats.gamma(shape).cdf).pvalue > RARE
    assert_within(mean(rates), shape)
    assert_within(mean(np.log(rates)), digamma(shape))


@pytest.mark.parametrize("shape", [0.2, 0.9, 1.0, 3.0])
def test_logarithms_of_gamma_variates_are_right_to_the_tails(shape):
    assert stats.kstest(draw_logs([shape])[:, 0], stats.loggamma(shape).cdf).pvalue > RARE


@pytest.mark.parametrize("shape", [0.001, 0.01])
def test_tastes_for_tiny_brands_are_finite_and_right_where_no_gamma_variate_could_be_held(shape):
    """Far below 1 the chance of ln G < x is e^(shape x)/Gamma(1 + shape), when e^x is below what can be told from 0."""
    logs = draw_logs([shape])[:, 0]
    assert np.all(np.isfinite(logs))
    assert np.all(np.isfinite(draw_logs([shape], dtype=np.float32)))
    low = logs[logs < -40]
    chance = np.exp(shape * -40 - gammaln(1 + shape))
    assert_within((len(low) / COUNT, np.sqrt(chance * (1 - chance) / COUNT)), chance)
    assert stats.kstest(np.exp(shape * (low + 40)), stats.uniform.cdf).pvalue > RARE
    assert low.min() < -745  # e^-745 is the least number that a double holds


def test_the_softmax_of_tastes_is_dirichlet():
    """Mean m and variance m (1 - m)/(S + 1) of each share, covariance -m_j m_k/(S + 1); tiny brands too."""
    S, m = 1.55, np.array([0.5, 0.3, 0.15, 0.049, 0.001])
    logs = draw_logs(S * m)
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    assert_within(mean(shares), m)
    for j in range(len(m)):
        expected = m[j] * ((np.arange(len(m)) == j) - m) / (S + 1)
        assert_within(mean((shares[:, [j]] - m[j]) * (shares - m)), expected)
    assert stats.kstest(shares[:, 0], stats.beta(S * m[0], S * (1 - m[0])).cdf).pvalue > RARE


def test_tastes_for_different_brands_are_independent():
    logs = draw_logs([0.5, 2.0])
    assert_within((np.corrcoef(logs.T)[0, 1], 1 / np.sqrt(COUNT)), 0.0)


@pytest.mark.parametrize(("average", "spread"), [(0.5, 0.2), (0.1, 0.05), (0.8, 0.2)])
def test_expertise_is_beta_of_its_mean_and_spread(average, spread):
    total = average * (1 - average) / spread**2 - 1
    law = stats.beta(average * total, (1 - average) * total)
    assert law.std() == pytest.approx(spread)
    drawn = betas(1, "test/expertise", COUNT, average, spread)
    assert stats.kstest(drawn, law.cdf).pvalue > RARE
    assert_within(mean(drawn), average)


def test_expertise_without_spread_is_its_mean_and_with_too_much_is_all_or_nothing():
    assert np.all(betas(1, "test/expertise", 5, 0.3, 0.0) == 0.3)
    assert np.all(betas(1, "test/expertise", 5, 1.0, 0.2) == 1.0)
    split = betas(1, "test/expertise", COUNT, 0.3, 0.5)
    assert_within(mean(split > 0.5), 0.3)
    assert np.mean((split < 0.01) | (split > 0.99)) > 0.98


@pytest.mark.parametrize("spread", [0.0, 0.4, 1.0])
def test_price_sensitivity_is_lognormal_with_its_mean(spread):
    drawn = lognormals(1, "test/price", COUNT, 4.7, spread)
    assert_within(mean(drawn), 4.7, beyond=1e-9)
    if spread > 0:
        assert stats.kstest(np.log(drawn), stats.norm(np.log(4.7) - spread**2 / 2, spread).cdf).pvalue > RARE


def test_draws_depend_on_seed_and_purpose_and_on_nothing_else():
    one = gammas(1, "test/rate", 100, 0.8)
    assert np.array_equal(one, gammas(1, "test/rate", 100, 0.8))
    assert np.array_equal(one[:50], gammas(1, "test/rate", 50, 0.8))  # a shopper is who it is in any crowd
    assert not np.any(one == gammas(2, "test/rate", 100, 0.8))
    assert not np.any(one == gammas(1, "test/other", 100, 0.8))
