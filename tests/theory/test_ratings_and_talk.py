"""What shoppers tell others: ratings in the shape of a J although satisfaction has one mode, and mostly good words."""

import numpy as np
import pytest
from bare_market import CHOOSING, ERRORS, Episodes, assert_within, market_spec, only, run
from scipy.special import expit
from scipy.stats import norm

from sim.market.behaviours.advocacy import Params as Advocacy
from sim.market.market import Market

SHARES = [0.4, 0.3, 0.2, 0.1]
LEVELS = (-0.5, 0.0, 0.4, 1.0)
DEFAULT = Advocacy()


def talkers(weeks=6, shoppers=30_000, shares=SHARES, levels=LEVELS, centre=0.0, **advocacy):
    """Run a market whose buyers are satisfied or not and tell; return it, the sums of its weeks, and its episodes."""
    episodes = Episodes()
    brands = {k: {"quality": level} for k, level in enumerate(levels)}
    spec = market_spec(shares, shoppers=shoppers, rate=1.0, S=2.0, brands=brands)
    params = only(**CHOOSING, usage=True, own_experience=True, advocacy=Advocacy(**advocacy))
    market = Market(spec, params, seed=16, burn_in=0, recorders=[episodes])
    market.world.satisfaction_centre[:] = centre
    sums = dict.fromkeys(("reviews_posted", "recommended", "talked", "talk_valence", "units"), 0)
    for _ in range(weeks):
        market.step()
        for name in sums:
            sums[name] = sums[name] + getattr(market.tally, name).astype(float)
    return market, sums, episodes.columns()


def ratings(**advocacy):
    """Return the reviews of each star for 31 brands whose levels are normal quantiles, .35 apart in spread. Shape (5,).

    Satisfaction has mean zero, as in a market whose constants are fitted. Many post, for a sharper look.
    """
    levels = 0.35 * norm.ppf((np.arange(31) + 0.5) / 31)
    _, sums, _ = talkers(shares=np.ones(31), levels=levels, centre=-0.1, posting=0.1, **advocacy)
    return sums["reviews_posted"].sum(axis=0)


def steps(counts):
    """Return the rise from each star to the next in standard errors; counts are Poisson given the rates."""
    return np.diff(counts) / np.sqrt(counts[1:] + counts[:-1])


def test_ratings_have_the_shape_of_a_j():
    """Most reviews give five stars, and more give one than two (Hu, Pavlou & Zhang 2009)."""
    counts = ratings()
    assert counts[4] == counts.max()
    assert (counts[4] - counts[:4].max()) / np.sqrt(counts[4] + counts[:4].max()) > ERRORS
    assert steps(counts)[0] < -ERRORS


def test_if_everybody_posted_ratings_would_have_one_mode():
    """Rising up to the most frequent star and falling after it, each step by more than its error."""
    rises = steps(ratings(posting_extremes=0.0))
    signs = np.sign(rises)
    assert np.all(np.abs(rises) > ERRORS)
    assert np.all(np.diff(signs) <= 0)


def test_if_everybody_posted_four_stars_would_be_the_most_frequent():
    rises = steps(ratings(posting_extremes=0.0))
    assert rises[2] > ERRORS
    assert rises[3] < -ERRORS


def test_a_brand_of_a_higher_level_is_rated_higher():
    """Each by more than its error; the standard deviation of a rating is below two stars."""
    _, sums, _ = talkers(posting=0.1)
    stars = sums["reviews_posted"]
    count = stars.sum(axis=1)
    means = stars @ np.arange(1, 6) / count
    assert np.all(np.diff(means) > ERRORS * 2 * np.sqrt(1 / count[1:] + 1 / count[:-1]))


def test_reviews_are_posted_at_the_chance_that_extremity_gives():
    """Chance c (1 + e (floor + s^2 - 1)) at each purchase, given its satisfaction; a sum of coins."""
    _, sums, (_, _, _, s, _, _) = talkers(posting=0.2)
    chance = np.minimum(0.2 * (DEFAULT.posting_floor + s.astype(float) ** 2), 1)
    error = np.sqrt((chance * (1 - chance)).sum())
    assert_within((sums["reviews_posted"].sum(), error), chance.sum())


def test_recommending_is_logistic_in_satisfaction_with_delight():
    _, sums, (_, _, brand, s, _, _) = talkers()
    y = s.astype(float) + np.array(LEVELS)[brand]  # a survey hears of the level, too
    chance = expit(-0.62 + 1.1 * y + 0.2 * np.maximum(y - 1, 0) ** 2)
    expected = np.bincount(brand, chance)
    error = np.sqrt(np.bincount(brand, chance * (1 - chance)))
    assert_within((sums["recommended"], error), expected)


@pytest.mark.parametrize("delight", [0.0, 0.2])
def test_the_best_quarter_of_brands_is_recommended_by_a_sixth_of_all_buyers_more_than_the_worst(delight):
    """16.5 points between quartiles, 9 to 24 for single draws of eight brands (Temkin 2010 to 2012: about 17).

    Levels are normal, .35 apart in spread; satisfaction is the market's own, whose spread of 1.13 flattens the logistic
    a little (with a spread of 1 it is 16.3 without delight and 16.7 with it). Of many brands, as in the market itself,
    quarters lie two points further apart than of eight. Shares alike, errors binomial.
    """
    levels = 0.35 * norm.ppf((np.arange(32) + 0.5) / 32)
    scattered = np.random.default_rng(3).permutation(32)
    _, sums, (_, _, _, s, _, _) = talkers(shares=np.ones(32), levels=levels[scattered], centre=-0.1, delight=delight)

    def chance(level):
        y = s[:20_000].astype(float) + level
        return expit(-0.62 + 1.1 * y + delight * np.maximum(y - 1, 0) ** 2).mean()

    grid = np.linspace(-1.6, 1.6, 33)
    drawn = 0.35 * np.sort(np.random.default_rng(1).standard_normal((4000, 8)), axis=1)
    recommend = np.interp(drawn, grid, [chance(level) for level in grid])
    gaps = 100 * (recommend[:, 6:].mean(axis=1) - recommend[:, :2].mean(axis=1))
    assert gaps.mean() == pytest.approx(16.5, abs=1.2)
    assert np.quantile(gaps, [0.05, 0.95]) == pytest.approx([9, 24], abs=1.5)
    units, said = (sums[name][np.argsort(scattered)] for name in ("units", "recommended"))
    worst, best = (said[of].sum() / units[of].sum() for of in (slice(8), slice(24, None)))
    expected = np.mean([chance(level) for level in levels[24:]]) - np.mean([chance(level) for level in levels[:8]])
    error = np.sqrt(0.25 / units[:8].sum() + 0.25 / units[24:].sum() + 0.1 / 20_000)
    assert_within((best - worst, error), expected)


def test_levels_are_reported_and_change_nothing_that_is_said_to_ties():
    """A market of brands of different levels and one of equal brands: what is said and bought is the same."""
    uneven, even = talkers(), talkers(levels=(0.0,) * 4)
    assert np.array_equal(uneven[0].state.saying, even[0].state.saying)
    assert np.array_equal(uneven[1]["units"], even[1]["units"])
    assert np.all(np.diff(uneven[1]["recommended"] / uneven[1]["units"]) > 0)


def test_a_third_recommend():
    """Formulas: about a third; the mean of sigma(-.62 + 1.1 s) with s of variance near 1 is .37 at the most."""
    _, sums, _ = talkers()
    assert sums["recommended"].sum() / sums["units"].sum() == pytest.approx(1 / 3, abs=0.05)


def test_good_words_outnumber_bad_ones_by_two_to_seven_to_one():
    """Between 2 : 1 and 7 : 1 (East, Hammond & Wright 2007), where all that would be said is said."""
    _, sums, (_, _, _, s, _, _) = talkers(talk=1.0, levels=(0.0,) * 4)
    good = sums["recommended"].sum()
    bad = sums["talked"].sum() - good  # those who warn and do not recommend
    warns = expit(-2.2 - 1.1 * s.astype(float))
    recommends = expit(-0.62 + 1.1 * s + 0.2 * np.maximum(s - 1, 0) ** 2)
    chance = warns * (1 - recommends)
    assert_within((bad, np.sqrt((chance * (1 - chance)).sum())), chance.sum())
    for ratio in (good / bad, recommends.sum() / warns.sum()):
        assert 2 < ratio < 7


def test_half_of_what_would_be_said_is_heard():
    everything, half = talkers(talk=1.0)[1]["talked"].sum(), talkers(talk=0.5)[1]["talked"].sum()
    assert_within((half / everything, np.sqrt(0.25 / everything)), 0.5)


def test_talkers_are_more_satisfied_than_buyers():
    """The centre that is taken off what is said must be that of talkers: their mean lies well above the buyers'."""
    _, sums, (_, _, _, s, _, _) = talkers(talk=1.0)
    talk = sums["talk_valence"].sum() / 65536 / sums["talked"].sum()
    s = s.astype(float)
    chance = 1 - (1 - expit(-2.2 - 1.1 * s)) * (1 - expit(-0.62 + 1.1 * s + 0.2 * np.maximum(s - 1, 0) ** 2))
    expected = (chance * s).sum() / chance.sum()
    error = np.sqrt((chance * (1 - chance) * (s - expected) ** 2).sum()) / chance.sum()
    assert_within((talk, error), expected, beyond=2**-16)
    assert talk > s.mean() + 10 * error


@pytest.mark.parametrize("half_life", [8.0, 26.0])
def test_the_platform_holds_reviews_by_their_age(half_life):
    """Stars of week j count .5^((n - j)/half-life) after week n."""
    spec = market_spec(SHARES, shoppers=3000, rate=1.0, S=2.0)
    params = only(**CHOOSING, usage=True, advocacy=Advocacy(posting=0.1, review_half_life=half_life))
    market = Market(spec, params, seed=17, burn_in=0)
    expected, score = np.zeros((4, 5)), np.zeros(4)
    for _ in range(12):
        run(market, 1)
        expected = expected * 0.5 ** (1 / half_life) + market.tally.reviews_posted
        score = score * 0.5 ** (1 / half_life) + market.tally.reviews_posted @ np.arange(1, 6)
    assert market.world.stars == pytest.approx(expected, rel=1e-12)
    assert market.world.score == pytest.approx(score, rel=1e-12)
