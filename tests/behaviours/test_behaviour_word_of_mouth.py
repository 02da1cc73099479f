"""Word of mouth: switched off, of no weight, or listened to by some more than by others."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases, run, terms
from pydantic import ValidationError

from sim.market.behaviours.advocacy import Params as Advocacy
from sim.market.behaviours.word_of_mouth import Params as WordOfMouth
from sim.market.market import Market
from sim.market.spec import Network

SHARES = [0.5, 0.3, 0.2]
LOUD = Advocacy(talk=1.0)


def market(params=None, *, shoppers=3000, burn_in=0, ties=8, kind="small_world", **settings):
    spec = market_spec(SHARES, shoppers=shoppers, S=2.0, network=Network(kind=kind, ties=ties), **settings)
    hearing = {"word_of_mouth": params} if params else {}
    on = only(**CHOOSING, usage=True, own_experience=True, advocacy=LOUD, **hearing)
    return Market(spec, on, seed=37, burn_in=burn_in)


def test_words_of_no_weight_change_no_purchase():
    off = purchases(market(), 8)
    assert np.array_equal(off, purchases(market(WordOfMouth(weight=0.0)), 8))
    assert not np.array_equal(off, purchases(market(WordOfMouth(weight=0.3)), 8))


def test_stale_words_of_no_freshness_change_no_purchase():
    """What was said last week counts nothing at once."""
    assert np.array_equal(purchases(market(), 8), purchases(market(WordOfMouth(freshness=0.0)), 8))


@pytest.mark.parametrize("kind", ["small_world", "scale_free", "homophilous", "complete_mixing"])
def test_on_any_network_a_shopper_hears_the_mean_of_its_ties(kind):
    """Tie by tie in plain Python, from what was said until last week."""
    one = run(market(WordOfMouth(weight=0.7, freshness=0.8), shoppers=400, rate=0.5, kind=kind), 6)
    one.behaviours["word_of_mouth"].open_week(one)
    one.behaviours["usage"].open_week(one)
    terms(one, "own_experience")
    familiar = one.poll_block.visit.familiar.astype(float)
    expected = np.zeros((3, 400))
    for i in range(400):
        ties = one.shopper(i).ties
        for tie in ties:
            word = int(one.state.saying[tie])
            brand, valence, age = (word & 0xFF) - 1, ((word >> 8 & 0xFF) - 128) / 16, one.week - (word >> 16)
            if brand >= 0:
                expected[brand, i] += 0.7 / len(ties) * (1 - familiar[brand, i]) * valence * 0.8**age
    assert np.abs(expected).max() > 0.05
    assert np.allclose(terms(one, "word_of_mouth"), expected, atol=1e-5)


@pytest.mark.parametrize("spread", [0.0, 0.6])
def test_interest_in_others_words_differs_evenly_around_one(spread):
    """Uniform of half-width `spread`: bounds, mean, and variance of w^2/3."""
    listening = market(WordOfMouth(weight_spread=spread)).state.listening.astype(float)
    assert np.all(np.abs(listening - 1) <= spread + 1e-6)
    assert_within(mean(listening), 1.0, beyond=1e-9)
    assert_within(mean((listening - 1) ** 2), spread**2 / 3, beyond=1e-9)


@pytest.mark.parametrize("hears", ["satisfaction", "ownership"])
def test_interest_multiplies_what_is_heard(hears):
    one, deaf = (run(market(WordOfMouth(hears=hears)), 4) for _ in range(2))
    deaf.state.listening[:] = 0.0
    deaf.state.listening[::2] = 0.5
    for some in (one, deaf):
        some.behaviours["word_of_mouth"].open_week(some)
    loud, low = terms(one, "word_of_mouth").copy(), terms(deaf, "word_of_mouth")
    assert np.all(low[:, 1::2] == 0)
    assert np.allclose(low[:, ::2], 0.5 * loud[:, ::2], atol=1e-6)


@pytest.mark.parametrize("brands", [3, 8, 9, 20])
def test_owners_are_counted_brand_by_brand_for_any_number_of_brands(brands):
    """Share of ties that bought each brand last, tie by tie; more ties than a byte can count, too."""
    spec = market_spec(np.ones(brands), shoppers=301, network=Network(kind="complete_mixing", ties=300))
    one = Market(spec, only(word_of_mouth=WordOfMouth(hears="ownership", weight=1.0)), seed=1, burn_in=0)
    one.state.last_brand[:] = np.arange(301) % 7 % brands - (np.arange(301) % 5 == 0)  # some own nothing
    one.behaviours["word_of_mouth"].open_week(one)
    last = one.state.last_brand
    owners = np.bincount(last[last >= 0], minlength=brands)
    expected = (owners[:, None] - (last == np.arange(brands)[:, None])) / 300
    assert np.allclose(terms(one, "word_of_mouth"), expected, atol=1e-6)


def test_what_cannot_be_heard_is_refused():
    with pytest.raises(ValidationError, match="hears"):
        WordOfMouth(hears="rumours")
