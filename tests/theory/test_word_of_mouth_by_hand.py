"""What shoppers hear: the mean over ties of how satisfied they say they are, by how long ago, and nothing else."""

import numpy as np
import pytest
from bare_market import CHOOSING, Episodes, assert_within, market_spec, only, purchases, ratio, run, terms

from sim.market.behaviours.advocacy import Params as Advocacy
from sim.market.behaviours.own_experience import Params as OwnExperience
from sim.market.behaviours.word_of_mouth import STILL
from sim.market.behaviours.word_of_mouth import Params as WordOfMouth
from sim.market.market import Market
from sim.market.spec import Network

WEIGHT, FRESH = 0.3, 0.9
SIXTEENTH = 1 / 16
"""Satisfaction is passed on in steps of a sixteenth of a standard deviation."""


def three_who_talk(*, kind="complete_mixing", week=20, **params):
    """Build a market of three shoppers and two brands, in which everybody listens to both others."""
    spec = market_spec([0.5, 0.5], shoppers=3, network=Network(kind=kind, ties=2))
    settings = WordOfMouth(**{"weight": WEIGHT, "freshness": FRESH, **params})
    market = Market(spec, only(word_of_mouth=settings), seed=1, burn_in=0)
    market.week = week
    return market


def say(market, shopper, brand, valence, week):
    """Let a shopper say something, packed as advocacy packs it."""
    steps = round(valence / SIXTEENTH) + 128
    market.state.saying[shopper] = brand + 1 | steps << 8 | (week & 0xFFFF) << 16


def heard(market):
    market.behaviours["word_of_mouth"].open_week(market)
    return terms(market, "word_of_mouth").T


def test_three_shoppers_hear_what_their_ties_say_by_hand():
    market = three_who_talk()
    say(market, 0, 0, 1.5, week=19)
    say(market, 1, 0, -0.5, week=17)
    say(market, 2, 1, 2.0, week=20)
    sums = [
        [-0.5 * FRESH**3, 2.0],
        [1.5 * FRESH, 2.0],
        [1.5 * FRESH - 0.5 * FRESH**3, 0.0],
    ]
    assert np.allclose(heard(market), WEIGHT / 2 * np.array(sums), atol=1e-6)


def test_a_tie_that_says_nothing_counts_in_the_mean():
    market = three_who_talk()
    say(market, 0, 1, 1.0, week=20)
    assert np.allclose(heard(market), WEIGHT / 2 * np.array([[0, 0], [0, 1], [0, 1]]), atol=1e-6)


@pytest.mark.parametrize("age", [0, 1, 5, 30])
def test_words_count_less_each_week(age):
    market = three_who_talk(week=100)
    say(market, 0, 0, 1.0, week=100 - age)
    assert heard(market)[1, 0] == pytest.approx(WEIGHT / 2 * FRESH**age, rel=1e-5)


def test_words_are_forgotten_in_the_end():
    """Fresh as they may be kept: after so many weeks nobody remembers them."""
    market = three_who_talk(week=100, freshness=1.0)
    say(market, 0, 0, 1.0, week=100 - STILL + 1)
    assert heard(market)[1, 0] > 0
    say(market, 0, 0, 1.0, week=100 - STILL)
    assert np.all(heard(market) == 0)


def test_words_said_before_the_start_have_their_age():
    market = three_who_talk(week=2)
    say(market, 0, 0, 1.0, week=-3)
    assert heard(market)[1, 0] == pytest.approx(WEIGHT / 2 * FRESH**5, rel=1e-5)


def test_who_owns_a_brand_does_not_matter_but_what_they_say_of_it():
    """Everybody talks of the first brand, and finds it as good as the norm: not a trace in utility."""
    market = three_who_talk()
    for shopper in range(3):
        say(market, shopper, 0, 0.0, week=20)
    market.state.last_brand[:] = 0
    assert np.all(heard(market) == 0)


def test_where_ownership_is_heard_the_share_of_ties_counts():
    market = three_who_talk(hears="ownership")
    market.state.last_brand[:] = [0, 1, 0]
    expected = WEIGHT * np.array([[0.5, 0.5], [1.0, 0.0], [0.5, 0.5]])
    assert np.allclose(heard(market), expected, atol=1e-6)


@pytest.mark.parametrize(("prior", "good", "bad"), [(0.1, 0.098, -0.052), (0.7, 0.139, -0.188)])
def test_good_words_outweigh_bad_ones_where_purchase_was_unlikely_and_not_where_it_was_likely(prior, good, bad):
    """Among shoppers of one taste: +.098 and -.052 at P = .1, +.139 and -.188 at P = .7 (half a digit).

    All ties say +2 or -2, at a weight of .4: utility moves by .8, and P to P e^u/(1 - P + P e^u). Nobody weighs bad
    words more. Paired purchases of one week; errors over shoppers.
    """
    spec = market_spec([prior, 1 - prior], shoppers=100_000, rate=1.0, network=Network(kind="small_world", ties=4))
    bought = {}
    for valence in (0.0, 2.0, -2.0):
        market = Market(spec, only(**CHOOSING, word_of_mouth=WordOfMouth(weight=0.4, freshness=1.0)), seed=6, burn_in=0)
        market.state.saying[:] = 1 | round(valence / SIXTEENTH) + 128 << 8
        bought[valence] = purchases(market, 4)
    category = bought[0.0].sum(axis=1)
    for valence, published in ((2.0, good), (-2.0, bad)):
        odds = prior / (1 - prior) * np.exp(0.4 * valence)
        effect = ratio((bought[valence] - bought[0.0])[:, 0], category)
        assert_within(effect, odds / (1 + odds) - prior)
        assert_within(effect, published, beyond=0.0006)


def test_without_ties_nobody_hears_anything():
    market = three_who_talk(kind="none")
    for shopper in range(3):
        say(market, shopper, shopper % 2, 2.0, week=20)
    assert np.all(heard(market) == 0)


def test_own_use_discounts_what_others_say():
    market = three_who_talk()
    say(market, 0, 0, 1.0, week=20)
    market.poll_block.visit.familiar[0] = [0.0, 0.25, 1.0]
    assert np.allclose(heard(market)[:, 0], WEIGHT / 2 * np.array([0, 0.75, 0.0]), atol=1e-6)


def test_talk_without_ties_changes_no_purchase():
    """A market with talk and no ties against one without talk: every purchase is the same."""
    loud = only(**CHOOSING, usage=True, own_experience=True, advocacy=True, word_of_mouth=True)
    quiet = loud | only(**CHOOSING, usage=True, own_experience=True, advocacy=True)
    spec = market_spec([0.5, 0.3, 0.2], shoppers=2000, S=2.0)
    one, other = (Market(spec, params, seed=2, burn_in=0) for params in (loud, quiet))
    assert np.array_equal(purchases(one, 8), purchases(other, 8))
    assert np.any(one.state.saying > 0)


def test_what_is_said_is_satisfaction_beyond_what_is_usual_of_talkers():
    """From the last purchase to the word: its brand, its satisfaction less the centre, rounded, and its week."""
    talkative = Advocacy(talk=1.0, recommend_level=10.0, recommend_slope=0.0)
    params = only(**CHOOSING, usage=True, advocacy=talkative)
    episodes = Episodes()
    market = Market(market_spec([0.6, 0.4], shoppers=500, rate=3.0), params, seed=3, burn_in=0, recorders=[episodes])
    market.world.talk_centre[:] = 0.3
    run(market, 5)
    week, who, brand, satisfaction, _, _ = episodes.columns()
    expected = np.zeros(500, np.uint32)
    steps = np.clip(np.rint((satisfaction - np.float32(0.3)) * np.float32(16)), -128, 127).astype(np.int64) + 128
    expected[who] = brand.astype(np.int64) + 1 | steps << 8 | week << 16  # of one shopper's purchases the last stays
    heard_of = market.state.saying > 0
    assert heard_of.mean() > 0.99
    assert np.mean(market.state.saying[heard_of] == expected[heard_of]) > 0.99  # sigma(10): one in 20,000 says nothing


def test_words_reach_shoppers_only_from_the_next_week_on():
    """Within a week nobody hears anybody, so that the order of shoppers cannot matter: the first week is the same."""
    spec = market_spec([0.5, 0.5], shoppers=3000, rate=2.0, S=2.0, network=Network(kind="complete_mixing", ties=8))
    talk = Advocacy(talk=1.0, recommend_level=10.0)
    params = only(**CHOOSING, usage=True, own_experience=OwnExperience(weight=0.0), advocacy=talk)
    deaf = Market(spec, params, seed=4, burn_in=0)
    hearing = Market(spec, params | {"word_of_mouth": WordOfMouth(weight=5.0)}, seed=4, burn_in=0)
    assert np.array_equal(purchases(deaf, 1), purchases(hearing, 1))
    assert not np.array_equal(purchases(deaf, 1), purchases(hearing, 1))
