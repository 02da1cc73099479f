"""Telling others: what is switched off is not said, and what is said does not depend on what is not."""

import numpy as np
import pytest
from bare_market import CHOOSING, Episodes, assert_within, market_spec, mean, only, purchases, run

from sim.market.behaviours.advocacy import CUTS
from sim.market.behaviours.advocacy import Params as Advocacy
from sim.market.market import Market
from sim.market.spec import Expertise, Population

SHARES = [0.5, 0.3, 0.2]


def market(advocacy=None, *, shoppers=5000, recorders=(), **settings):
    spec = market_spec(SHARES, shoppers=shoppers, S=2.0, **settings)
    params = only(**CHOOSING, usage=True, **({"advocacy": advocacy} if advocacy else {}))
    return Market(spec, params, seed=41, burn_in=0, recorders=recorders)


def test_without_advocacy_nobody_says_or_posts_anything():
    one = run(market(), 4)
    assert np.all(one.state.saying == 0)
    for name in ("recommended", "talked", "talk_valence", "reviews_posted", "review_score"):
        assert np.all(getattr(one.tally, name) == 0)
    assert np.all(one.world.stars == 0)


def test_telling_does_not_by_itself_change_what_is_bought():
    assert np.array_equal(purchases(market(), 5), purchases(market(Advocacy(posting=0.5, talk=1.0)), 5))


def test_recommending_can_be_switched_off_without_a_change_to_reviews():
    one, silent = market(Advocacy(posting=0.2)), market(Advocacy(posting=0.2, recommending=False))
    for _ in range(3):
        one.step()
        silent.step()
        assert np.array_equal(one.tally.reviews_posted, silent.tally.reviews_posted)
    assert np.all(silent.state.saying == 0)
    assert silent.tally.recommended.sum() == silent.tally.talked.sum() == 0
    assert one.tally.talked.sum() > 0


def test_reviews_can_be_switched_off_without_a_change_to_talk():
    one, silent = market(Advocacy(posting=0.2)), market(Advocacy(posting=0.0))
    run(one, 3)
    run(silent, 3)
    assert np.array_equal(one.state.saying, silent.state.saying)
    assert silent.tally.reviews_posted.sum() == 0
    assert one.tally.reviews_posted.sum() > 0


def test_what_nobody_hears_is_recommended_and_not_talked_about():
    one = run(market(Advocacy(talk=0.0)), 2)
    assert one.tally.talked.sum() == 0
    assert one.tally.recommended.sum() > 0


@pytest.mark.parametrize("quality", [0.0, 0.5])
def test_stars_are_satisfaction_and_level_cut_in_five(quality):
    """Where everybody posts, the stars are those of the week's episodes, one by one."""
    seen = Episodes()
    everybody = Advocacy(posting=1.0, posting_extremes=0.0)
    one = run(market(everybody, recorders=[seen], brands={0: {"quality": quality}}), 1)
    _, _, brand, satisfaction, _, _ = seen.columns()
    rated = satisfaction + np.float32([quality, 0.0, 0.0])[brand]
    stars = np.digitize(rated, np.array(CUTS, np.float32))
    expected = np.bincount(brand * 5 + stars, minlength=15).reshape(3, 5)
    # who posts is drawn below 1, and a rating at a cut may fall to either side: a handful in thousands
    assert np.abs(one.tally.reviews_posted - expected).sum() <= 0.001 * len(brand)
    score = one.tally.reviews_posted @ np.arange(1, 6)
    assert one.tally.review_score / 65536 == pytest.approx(score)
    assert one.tally.review_score_square / 65536 == pytest.approx(one.tally.reviews_posted @ np.arange(1, 6) ** 2)


def test_reviews_may_tell_satisfaction_itself():
    seen = Episodes()
    everybody = Advocacy(posting=1.0, posting_extremes=0.0, in_stars=False)
    one = run(market(everybody, recorders=[seen]), 1)
    _, _, brand, satisfaction, _, _ = seen.columns()
    assert one.tally.review_score / 65536 == pytest.approx(np.bincount(brand, satisfaction), abs=1.0)


def test_where_everybody_posts_alike_a_share_of_purchases_is_reviewed():
    one = run(market(Advocacy(posting=0.3, posting_extremes=0.0)), 1)
    units = one.tally.units
    found = one.tally.reviews_posted.sum(axis=1) / units
    assert_within((found, np.sqrt(0.3 * 0.7 / units)), 0.3)


def test_shoppers_talk_more_or_less_around_one():
    """Lognormal with mean one; alike where the spread is zero."""
    people = Population(expertise=Expertise(), sociability_spread=0.5)
    spec = market_spec(SHARES, shoppers=20_000).model_copy(update={"population": people})
    talkers = Market(spec, only(advocacy=True), seed=42, burn_in=0).state.sociability.astype(float)
    assert_within(mean(talkers), 1.0)
    assert_within(mean(np.log(talkers)), -0.125)
    assert_within(mean((np.log(talkers) + 0.125) ** 2), 0.25)
    assert np.all(market(Advocacy()).state.sociability == 1)


def test_sociable_shoppers_are_heard_in_proportion():
    """Among equal purchases: half as sociable, half as often heard; coins given who would say something."""
    one = market(Advocacy(talk=0.5, recommend_level=10.0, recommend_slope=0.0), shoppers=20_000)
    one.state.sociability[::2] = 0.5
    x = purchases(one, 1).sum(axis=1)
    once = x == 1
    said = one.state.saying > 0
    for part, expected in ((slice(None, None, 2), 0.25), (slice(1, None, 2), 0.5)):
        assert_within(mean(said[part][once[part]]), expected, beyond=1e-4)


def test_delight_makes_only_the_delighted_recommend_more():
    """A second term beyond one standard deviation: below it the same shoppers recommend."""
    seen = Episodes()
    counts = []
    for delight in (0.0, 2.0):
        one = run(market(Advocacy(delight=delight), recorders=[seen]), 1)
        counts.append(one.tally.recommended.sum())
    satisfaction = seen.columns()[3]
    assert counts[1] > counts[0]
    assert counts[1] - counts[0] <= np.sum(satisfaction[: len(satisfaction) // 2] > 1)
