"""Personal fit: who is known, how well, and how fast knowledge grows stale."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases
from bare_scheme import EAGER
from service_kit import bare, felt, lift

from sim.market.behaviours.personal_fit import Params as PersonalFit
from sim.market.behaviours.personal_fit import missed, older
from sim.market.market import Market
from sim.market.spec import LEVERS, Intervention
from sim.market.spec_service import Profile

PERSONALISATION = LEVERS.index("personalisation")
PARAMS = PersonalFit()
MANY = 40_000


def fit(segments=4.0, age=13.0, sample=400):
    """Return W_1 less the loss, halved, with everything else at its defaults."""
    return 0.5 * (1 - (segments**-0.5 * (1 + segments / sample) + 0.01 * age))


def test_at_rest_no_brand_fits_otherwise_than_it_did():
    market = bare(brands={0: {"profile": {"segments": 50, "refresh_weeks": 4}}}, personal_fit=True)
    for brand in (0, 1):
        assert not felt(market, "personal_fit", brand).any()
    spec = market_spec([0.5, 0.5], shoppers=1000, S=2.0)
    parts = {**CHOOSING, "usage": True, "own_experience": True}
    one, other = (Market(spec, only(**parts, **more), seed=2, burn_in=0) for more in ({}, {"personal_fit": True}))
    assert np.array_equal(purchases(one, 5), purchases(other, 5))


def test_learn_makes_known_some_who_were_not_and_forgets_nobody():
    market = bare(MANY, personal_fit=True)
    lift(market, "learn", 0.5)
    found = felt(market, "personal_fit")
    assert set(np.unique(found)) == {0.0, np.float32(fit())}
    assert_within(mean(found > 0), 0.7 * (1 - np.exp(-0.5)))  # of the .7 unknown at rest
    assert not felt(market, "personal_fit", brand=1).any()


def test_a_better_profile_is_felt_by_those_known_and_by_nobody_else():
    market = bare(MANY, personal_fit=True)
    market.world.stock[PERSONALISATION, 0] = 2.0
    for _ in range(600):  # until data are as old as they will be
        market.behaviours["personal_fit"].open_week(market)
    found = felt(market, "personal_fit")
    assert_within(mean(found != 0), 0.3)
    assert found[found != 0] == pytest.approx(fit(8.0, 6.5) - fit(), abs=1e-5)


def test_learn_and_personalisation_help_each_other():
    """What is known times how well: both together give more than the sum of each alone."""
    gains = {}
    for z, stock in ((0.5, 1.0), (0.0, 2.0), (0.5, 2.0)):
        market = bare(MANY, personal_fit=True)
        lift(market, "learn", z)
        market.world.stock[PERSONALISATION, 0] = stock
        gains[z, stock] = felt(market, "personal_fit").mean()
    assert min(gains.values()) > 0
    assert gains[0.5, 2.0] > gains[0.5, 1.0] + gains[0.0, 2.0]


def test_without_refreshing_data_grow_a_week_older_every_week_and_fit_is_lost():
    change = [Intervention(brand="brand_0", set={"profile.refresh_weeks": 1e6})]
    market = bare(2000, timeline=change, personal_fit=True)
    for _ in range(104):
        market.step()
    assert market.world.data_age == pytest.approx([13.0 + 104.0, 13.0], rel=1e-3)
    assert market.world.fit[1] == pytest.approx([fit(age=117.0), fit()], abs=1e-3)
    assert market.world.fit[1, 0] < 0  # a stale profile is worse than none


@pytest.mark.parametrize("refresh", [1.0, 26.0, 200.0])
def test_the_age_of_data_tends_to_half_the_time_between_refreshes(refresh):
    """(age - refresh/2) shrinks by exp(-2/refresh) a week, in closed form; at rest it stays."""
    age = 40.0
    for _ in range(7):
        age = older(age, refresh)
    assert age == pytest.approx(refresh / 2 + (40.0 - refresh / 2) * np.exp(-14 / refresh))
    assert older(refresh / 2, refresh) == refresh / 2


def test_a_finer_profile_costs_what_it_adds_and_a_coarser_one_saves():
    costs = []
    for changes in ({"segments": 10}, {"refresh_weeks": 52.0}, {"sample": 500}):
        change = [Intervention(brand="brand_0", set={f"profile.{name}": value for name, value in changes.items()})]
        market = bare(100, timeline=change, personal_fit=True)
        market.step()
        costs.append(market.tally.insight_cost.tolist())
        sales = market.brands[0].norm_sales
    assert costs == [[round(100 * sales * c), 0] for c in (6 * 0.001, -0.0004 * 400 / 52, 0.0004 * 100 / 26)]


# ---- members -------------------------------------------------------------------------------------------------------


def shares_known(z, *, uses_data=True):
    """Return the share of members and of others of brand 0 whose fit Learn has changed, with their numbers."""
    market = bare(MANY, brands={0: {"scheme": {"reward_rate": 0.02}, "profile": {"uses_data": uses_data}}},
                  personal_fit=True)  # fmt: skip
    market.state.member[::2] = 1
    lift(market, "learn", z)
    found = felt(market, "personal_fit") > 0
    return found[::2], found[1::2]


def test_data_of_members_count_only_where_the_brand_spends_on_learn():
    members, others = shares_known(0.0)
    assert not members.any()
    assert not others.any()


def test_learn_reaches_members_sooner():
    members, others = shares_known(0.3)
    assert_within(mean(members), 0.7 * (1 - np.exp(-0.9)))
    assert_within(mean(others), 0.7 * (1 - np.exp(-0.3)))


def test_a_brand_that_leaves_members_data_alone_learns_of_all_alike():
    members, others = shares_known(0.3, uses_data=False)
    for found in (members, others):
        assert_within(mean(found), 0.7 * (1 - np.exp(-0.3)))


def test_a_scheme_without_learn_fits_nobody_better():
    brands = {0: {"scheme": {"reward_rate": 0.05}}}
    spec = market_spec([0.5, 0.5], shoppers=2000, S=2.0, brands=brands)
    params = only(**CHOOSING, usage=True, points=EAGER, personal_fit=True)
    market = Market(spec, params, seed=3, burn_in=0)
    for _ in range(4):
        market.step()
    assert market.state.member.sum() > 1000
    assert not market.world.fits_anew.any()
    assert not felt(market, "personal_fit").any()


# ---- segments ------------------------------------------------------------------------------------------------------


def best_segments(segment_cost, *, worth=1000.0, sample=10_000):
    """Return the number of segments with the most profit: what fit is worth less what segments cost."""
    counts = np.arange(1, sample + 1)
    one = Profile(segments=1, sample=sample)  # of which `missed` makes g segments
    lost = np.array([missed(PARAMS, one, float(g), 13.0) for g in counts])
    return int(counts[np.argmin(worth * PARAMS.misfit * lost + segment_cost * counts)])


def test_the_best_number_of_segments_is_interior_when_they_cost_something():
    """With few segments the error of learning hardly counts: the best is (W_1 worth misfit 2/F / c)^(1/(1 + 2/F))."""
    few, more = best_segments(10.0), best_segments(1.0)
    assert 1 < few < more < 10_000
    assert few == pytest.approx((500 * 0.5 / 10) ** (1 / 1.5), abs=1)


def test_segments_grow_to_one_shopper_each_only_when_they_are_free():
    assert best_segments(0.0) == 10_000
    assert best_segments(0.01) < 10_000


def test_nobody_tells_more_segments_apart_than_shoppers_asked():
    rough, fine = (missed(PARAMS, Profile(segments=g, sample=50), 1.0, 0.0) for g in (50, 5000))
    assert rough == fine
