"""Reviews: what the platform says against the undisturbed market, and who cares."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases, ratio, run, terms
from pydantic import ValidationError

from sim.market.behaviours.advocacy import Params as Advocacy
from sim.market.behaviours.review_reading import Params as ReviewReading
from sim.market.behaviours.usage import Params as Usage
from sim.market.market import Market
from sim.market.spec import Intervention

SHARES = [0.5, 0.3, 0.2]
LIVELY = Advocacy(posting=0.2)


def market(reviews=True, *, shoppers=3000, burn_in=0, timeline=(), usage=True, **settings):
    """Build a market with many reviews; `reviews` are read, or not if None."""
    spec = market_spec(SHARES, shoppers=shoppers, S=2.0, **settings)
    reading = {} if reviews is None else {"review_reading": reviews}
    on = only(**CHOOSING, usage=usage, own_experience=True, advocacy=LIVELY, **reading)
    return Market(spec, on, seed=36, burn_in=burn_in, timeline=timeline)


def test_reviews_of_no_weight_change_no_purchase():
    """Where shoppers do not expect more of a brand that is rated higher, either."""
    unmoved = Usage(reviews_in_expectation=0.0)
    off = purchases(run(market(None, usage=unmoved, burn_in=3), 3), 8)
    nothing = ReviewReading(weight=0.0, volume_weight=0.0)
    assert np.array_equal(off, purchases(run(market(nothing, usage=unmoved, burn_in=3), 3), 8))
    assert not np.array_equal(off, purchases(run(market(usage=unmoved, burn_in=3), 3), 8))


def test_in_the_undisturbed_market_reviews_change_nothing():
    """The norm follows the platform until the burn-in is over."""
    one = market(burn_in=6)
    for _ in range(6):
        one.step()
        assert np.all(one.world.rating_change == 0)
        assert np.all(one.world.volume_change == 0)
        assert np.all(terms(one, "review_reading", asked=True) == 0)
    run(one, 2)
    assert np.all(one.world.rating_change != 0)


def test_the_change_is_the_rating_less_that_of_the_undisturbed_market():
    """By hand from stars: mean rating, standard deviation of single reviews, number or favourable number."""
    one = run(market(burn_in=5), 4)
    norm = one.world.stars.copy()  # with these the last undisturbed week opens
    run(one, 2)
    stars = one.world.stars.copy()
    run(one, 1)  # and with these the second week after
    start, now = (some @ np.arange(1, 6) / some.sum(axis=1) for some in (norm, stars))
    spread = np.sqrt(stars @ np.arange(1, 6) ** 2 / stars.sum(axis=1) - now**2)
    favourable = np.log((stars[:, 3:].sum(axis=1) + 1) / (norm[:, 3:].sum(axis=1) + 1))
    assert one.world.rating_change == pytest.approx(now - start, abs=1e-9)
    assert one.world.rating_spread == pytest.approx(spread, abs=1e-9)
    every = np.log((stars.sum(axis=1) + 1) / (norm.sum(axis=1) + 1))
    assert one.world.volume_change == pytest.approx(np.minimum(every, favourable), abs=1e-9)


def test_brands_without_reviews_say_nothing():
    quiet = only(**CHOOSING, usage=True, advocacy=Advocacy(posting=0.0), review_reading=True)
    one = run(Market(market_spec(SHARES, shoppers=500, S=2.0), quiet, seed=1, burn_in=2), 5)
    assert np.all(terms(one, "review_reading") == 0)
    for name in ("rating_change", "rating_spread", "volume_change"):
        assert np.all(getattr(one.world, name) == 0)


@pytest.mark.parametrize("level", [-0.5, -1.0])
def test_a_brand_that_gets_worse_is_rated_lower_and_its_readers_like_it_less(level):
    """Its rating falls by more than any other moves, and so does its term, however many complain of it."""
    worse = Intervention(set={"behaviours.usage.sees_levels": True})
    one = run(market(burn_in=104, timeline=[worse], brands={0: {"quality": level}}), 156)
    change = one.world.rating_change
    assert change[0] < -0.3
    assert np.abs(change[1:]).max() < -change[0] / 2
    utility = terms(one, "review_reading", asked=True).mean(axis=1)
    assert utility[0] < utility[1:].min()


@pytest.mark.parametrize("level", [-1.0, 1.0])
def test_reviews_alone_move_purchases_the_way_experience_went(level):
    """Shoppers who rely on others' word: worse experience sells less and better sells more, in paired arms.

    However many write about it: complaints must not work as praise.
    """
    change = Intervention(set={"behaviours.usage.sees_levels": True})
    spec = market_spec(SHARES, shoppers=5000, rate=0.5, S=2.0, brands={0: {"quality": level}})
    params = only(**CHOOSING, usage=True, advocacy=LIVELY, review_reading=True)
    arms = [Market(spec, params, seed=36, burn_in=104, timeline=timeline) for timeline in ((), (change,))]
    before, after = (purchases(run(arm, 104 + 78), 52) for arm in arms)
    found, error = ratio(after[:, 0] - before[:, 0], before[:, 0])
    assert np.sign(level) * found > 4 * error


def test_a_brand_that_gets_better_is_rated_higher_and_its_readers_like_it_more():
    better = Intervention(set={"behaviours.usage.sees_levels": True})
    one = run(market(burn_in=104, timeline=[better], brands={0: {"quality": 0.5}}), 156)
    change = one.world.rating_change
    assert change[0] > 0.3
    assert np.abs(change[1:]).max() < change[0] / 2
    utility = terms(one, "review_reading", asked=True).mean(axis=1)
    assert utility[0] > utility[1:].max()


@pytest.mark.parametrize("spread", [0.0, 0.5, 1.0])
def test_interest_in_reviews_differs_evenly_around_one(spread):
    """Uniform of half-width `spread`: bounds, mean, and variance of w^2/3."""
    interest = market(ReviewReading(weight_spread=spread)).state.review_interest.astype(float)
    assert np.all(np.abs(interest - 1) <= spread + 1e-6)
    assert_within(mean(interest), 1.0, beyond=1e-9)
    assert_within(mean((interest - 1) ** 2), spread**2 / 3, beyond=1e-9)


def test_interest_multiplies_what_is_read():
    one = market(ReviewReading(reads="all", weight=0.4, volume_weight=0.0))
    one.world.rating_change[:] = [0.5, -0.5, 0.1]
    one.state.review_interest[:] = np.linspace(0, 2, 3000)
    expected = 0.4 * np.array([0.5, -0.5, 0.1])[:, None] * np.linspace(0, 2, 3000)
    assert np.allclose(terms(one, "review_reading"), expected, atol=1e-6)


def test_brands_that_differ_in_what_is_said_make_looking_worth_while():
    """The spread of the brands' evidence in utility joins the gain from looking."""
    one = run(market(ReviewReading(weight=0.4), burn_in=5), 12)
    change = one.world.rating_change.copy()
    assert one.world.review_gain[0] == pytest.approx(0.4 * np.std(change))


def test_ways_to_read_that_do_not_exist_are_refused():
    with pytest.raises(ValidationError, match="reads"):
        ReviewReading(reads="none")
