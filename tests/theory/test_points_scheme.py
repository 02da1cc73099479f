"""A loyalty scheme keeps its books, its terms and its promises, and is joined by those to whom it brings something."""

import numpy as np
import pytest
from bare_market import assert_within, mean, run
from bare_scheme import CENTS, EAGER, ONCE, PRICE, SHARES, market_with_scheme, started
from scipy.special import expit

from sim.market.behaviours.points import Params as Points
from sim.market.record.panel import PanelRecorder
from sim.market.record.recorder import Recorder


def totals_by_week(market, weeks):
    """Let weeks pass; yield points issued, redeemed and expired so far."""
    so_far = np.zeros(3, np.int64)
    for _ in range(weeks):
        market.step()
        tally = market.tally
        so_far += [tally.points_issued[0], tally.points_redeemed[0], tally.points_expired[0]]
        yield so_far.copy()


# ---- books ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["open", "run_off", "withdrawn", "head_start", "dispersed_prices"])
def test_points_issued_are_redeemed_expired_or_outstanding_to_the_last_point(case):
    terms = {"head_start": 0.2} if case == "head_start" else {}
    market = market_with_scheme(
        started(to_week=20 if case == "withdrawn" else None, **terms),
        run_off_from=20 if case == "run_off" else None,
        dispersion=0.13 if case == "dispersed_prices" else 0.0,
    )
    for issued, redeemed, expired in totals_by_week(market, 40):
        held = int(market.state.points.sum(dtype=np.int64))
        assert issued == redeemed + expired + held
        assert market.world.outstanding[0] == held
        assert market.world.members[0] == market.state.member.sum()
    assert redeemed > 0
    assert expired > 0


def test_a_scheme_that_ran_before_the_start_opens_with_its_points_in_the_books():
    brands = {0: {"scheme": {"reward_rate": 0.03, "threshold": 5.0}}}
    market = market_with_scheme(brands=brands)
    opening = int(market.world.outstanding[0])
    assert opening == market.state.points.sum(dtype=np.int64) > 0
    for issued, redeemed, expired in totals_by_week(market, 20):
        assert opening + issued == redeemed + expired + market.world.outstanding[0]


def test_a_point_is_a_cent_spent_and_the_panel_shows_every_point_redeemed():
    """All members from the start, nothing expires: points issued are what was paid for the brand, in cents."""
    market = market_with_scheme(started(expiry_weeks=1000), points=EAGER, burn_in=0)
    panel = PanelRecorder(market.spec.shoppers)
    market.recorders.append(panel)
    *_, (issued, redeemed, _) = totals_by_week(market, 20)
    bought = panel.columns()
    assert redeemed == bought["points"].sum() > 0
    paid = np.rint(bought["price"][bought["brand"] == 0] * CENTS).astype(np.int64).sum()
    assert issued == paid
    assert np.all(bought["points"][bought["brand"] != 0] == 0)


# ---- terms ------------------------------------------------------------------------------------------------------


def test_a_full_card_is_redeemed_at_the_next_purchase_and_no_other():
    """Each reward takes exactly the threshold; whoever holds as much has not bought the brand since."""
    threshold = round(4.0 * PRICE * CENTS)
    market = market_with_scheme(started(expiry_weeks=1000), points=EAGER, burn_in=0)
    panel = PanelRecorder(market.spec.shoppers)
    market.recorders.append(panel)
    *_, (_, redeemed, _) = totals_by_week(market, 30)
    bought = panel.columns()
    mine = bought["brand"] == 0
    assert set(np.unique(bought["points"])) == {0, threshold}
    count = np.bincount(bought["shopper"][mine], minlength=market.spec.shoppers)
    rewards = np.bincount(bought["shopper"], bought["points"] > 0, market.spec.shoppers)
    assert np.array_equal(rewards, np.maximum(count - 1, 0) // 4)  # list price always: four stamps, then a reward
    assert np.all(market.state.points[:, 0] == round(PRICE * CENTS) * count - rewards * threshold)
    assert redeemed == threshold * rewards.sum()


def test_a_reward_is_worth_its_share_of_what_was_spent_for_it():
    market = market_with_scheme(started(reward_rate=0.07), points=EAGER, burn_in=0)
    for _ in range(20):
        market.step()
        assert market.tally.rewards[0] == pytest.approx(0.07 * market.tally.points_redeemed[0], abs=1)


def test_points_expire_after_so_many_weeks_without_a_purchase_and_not_before():
    market = market_with_scheme(started(expiry_weeks=5, threshold=20.0), points=EAGER)
    run(market, 2)
    held = market.state.points[:, 0].copy()
    for _ in range(25):
        market.step()
        now = market.week - 1
        idle = now - market.state.bought_week[:, 0].astype(int)
        points = market.state.points[:, 0]
        assert np.all(points[idle >= 5] == 0)
        bought = idle == 0
        assert np.all(points[~bought & (idle < 5)] == held[~bought & (idle < 5)])
        assert market.tally.points_expired[0] == held[idle == 5].sum()
        held = points.copy()


@pytest.mark.parametrize("head_start", [0.0, 0.1, 0.25])
def test_new_members_are_given_their_head_start(head_start):
    """Nobody shops twice in a week here, so that who joined holds the head start and one purchase."""
    market = market_with_scheme(started(head_start=head_start), points=EAGER, need=ONCE, burn_in=0)
    market.step()
    member = market.state.member[:, 0] == 1
    assert member.sum() == market.tally.joined[0] == market.tally.units[0] > 0
    assert np.all(market.state.points[member, 0] == round((4 * head_start + 1) * PRICE * CENTS))
    assert np.all(market.state.points[~member, 0] == 0)


def test_nobody_joins_a_closed_scheme():
    market = run(market_with_scheme(started(joining_open=False), points=EAGER), 20)
    assert market.world.members[0] == 0
    assert market.state.points.sum() == 0


# ---- promises: what is held when a scheme ends ----------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["run_off", "withdrawn"])
def test_a_scheme_that_ends_takes_no_members_and_gives_no_points(ending):
    market = market_with_scheme(
        started(to_week=10 if ending == "withdrawn" else None), run_off_from=10 if ending == "run_off" else None
    )
    run(market, 12)
    members = market.world.members[0]
    for _ in range(10):
        market.step()
        assert market.tally.points_issued[0] == 0
        assert market.world.members[0] == members


@pytest.mark.parametrize("ending", ["run_off", "withdrawn"])
def test_points_held_when_a_scheme_ends_are_redeemed_on_its_terms(ending):
    """The threshold stays, and a reward is worth what was promised, or the arm with points would look too cheap."""
    market = market_with_scheme(
        started(to_week=10 if ending == "withdrawn" else None, threshold=3.0),
        run_off_from=10 if ending == "run_off" else None,
        points=EAGER,
    )
    run(market, 12)
    full = market.state.points[:, 0] >= round(3 * PRICE * CENTS)
    assert full.sum() > 100
    redeemed = rewards = 0
    for _ in range(10):
        market.step()
        redeemed += market.tally.points_redeemed[0]
        rewards += market.tally.rewards[0]
    assert redeemed > 0
    assert rewards == pytest.approx(0.05 * redeemed)


@pytest.mark.parametrize("ending", ["run_off", "withdrawn"])
def test_points_held_when_a_scheme_ends_expire_on_its_terms(ending):
    """Who has not bought the brand for the scheme's 12 weeks holds nothing, whatever terms a new scheme would have."""
    market = market_with_scheme(
        started(to_week=10 if ending == "withdrawn" else None), run_off_from=10 if ending == "run_off" else None
    )
    run(market, 40)
    idle = market.week - 1 - market.state.bought_week[:, 0].astype(int)
    assert np.all(market.state.points[idle >= 12, 0] == 0)


def test_a_closed_scheme_is_settled_after_the_weeks_of_its_expiry():
    """Who buys on earns nothing any more, so that points do not live on with purchases."""
    market = market_with_scheme(started(), run_off_from=10)
    run(market, 2 + 10 + 12)
    assert market.world.outstanding[0] > 0
    run(market, 1)
    assert market.world.outstanding[0] == 0


# ---- who joins --------------------------------------------------------------------------------------------------


class Chances(Recorder):
    """Keeps, for every purchase of the brand by somebody who was no member, pace before it and whether it joined."""

    def __init__(self):
        self.before = None
        self.pace, self.who, self.joined = [], [], []

    def open_week(self, market):
        self.before = market.state.member[:, 0].copy()

    def on_visit(self, block):
        who = block.visit.who[: block.count]
        who = who[(block.visit.choice[: block.count] == 0) & (self.before[who] == 0)]
        self.pace.append(block.state.pace[who, 0] - (1 - block.world.pace_kept[1]))
        self.joined.append(block.state.member[who, 0].copy())
        self.who.append(who)


def test_shoppers_join_at_a_purchase_by_what_a_year_at_their_pace_would_bring():
    """Chance sigma((psi x rate x pace x 52 - hassle)/tau), in list prices: a sum of coins in each fifth of pace."""
    market = market_with_scheme(started(), need=ONCE, shoppers=20_000)
    run(market, 2)
    seen = Chances()
    market.recorders.append(seen)
    run(market, 6)
    pace, who, joined = (np.concatenate(part) for part in (seen.pace, seen.who, seen.joined))
    chance = expit((0.7 * 0.05 * pace.astype(float) * 52 - market.state.hassle[who]) / 0.1)
    group = np.digitize(pace, np.quantile(pace, [0.2, 0.4, 0.6, 0.8]))
    expected = np.bincount(group, chance)
    error = np.sqrt(np.bincount(group, chance * (1 - chance)))
    assert_within((np.bincount(group, joined), error), expected)
    shares = np.bincount(group, joined) / np.bincount(group)
    assert np.all(np.diff(shares) > 0)  # joining rises with pace


def test_the_sense_of_pace_is_right_on_average():
    """Faded to today it is the shopper's rate of buying the brand: with one taste for all the mean is rate x share.

    A week after the last purchases could be made, hence one more week of fading.
    """
    market = market_with_scheme(
        started(), points=Points(acceleration=0.0), scheme=False, shoppers=20_000, S=None, K=1000.0
    )
    run(market, 60)
    age = market.week - market.state.bought_week[:, 0].astype(int)
    kept = 0.5 ** (1 / Points().pace_half_life)
    assert_within(mean(market.state.pace[:, 0] * kept**age), 0.5 * SHARES[0] * kept)
