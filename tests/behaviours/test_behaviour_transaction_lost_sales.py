"""Sales lost and won: first contact and completion by their logistics, another try, and another week."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases, run
from scipy.special import expit, logit
from service_kit import visits

from sim.market.behaviours.consideration import Params as Consideration
from sim.market.behaviours.need import Params as Need
from sim.market.behaviours.transaction import Params as Transaction
from sim.market.market import Market
from sim.market.record.recorder import Recorder
from sim.market.spec import LEVERS, Population, Retailer

SHOPPERS = 40_000
PARAMS = Transaction()


def tried(*, lifts=(), service=0.0, trend=1.0, impatience=None, spread=0.4, **params):
    """Let everybody try to buy the first brand once; return the market and its sums."""
    spec = market_spec([0.5, 0.5], shoppers=SHOPPERS)
    people = spec.population.model_copy(update={"impatience_spread": spread})
    shop = {"shop": Retailer(price_dispersion=0.0, service=service)}
    spec = spec.model_copy(update={"population": people, "retailers": shop})
    market = Market(spec, only(transaction=Transaction(**params)), seed=61, burn_in=0)
    for lever, z in lifts:
        market.world.lift[LEVERS.index(lever), 0] = z
    market.world.impatience_now[:] = trend
    if impatience is not None:
        market.state.impatience[:] = impatience
    market.behaviours["transaction"].open_week(market)
    for block in visits(market):
        block.state.trips[: block.count] = 1
        market.behaviours["transaction"].on_visit(block)
    return market, market.poll_block.tally


def assert_chances(market, tally, contact, completion):
    """Hold contacts, and sales of the contacted, against chances; `completion` by shopper. Coins of everybody."""
    won = contact * completion
    for found, chance in ((tally.contacted[0], np.full(SHOPPERS, contact)), (tally.completed[0], won)):
        assert_within((found, np.sqrt((chance * (1 - chance)).sum())), chance.sum())
    assert tally.contacted[1] == tally.completed[1] == 0
    assert tally.units[0] == tally.completed[0]


@pytest.mark.parametrize(("contact", "z"), [(0.9, 0.0), (0.9, 1.0), (0.6, -0.8)])
def test_a_first_contact_is_won_by_the_logistic_of_the_norm_and_the_brands_lift(contact, z):
    market, tally = tried(lifts=[("first_contact", z)], contact=contact, friction=0.0)
    assert_chances(market, tally, expit(logit(contact) + z), np.full(SHOPPERS, 0.95))


@pytest.mark.parametrize(
    ("z", "service", "trend", "friction"),
    [(0.0, 0.0, 1.0, 0.5), (0.7, 0.0, 1.0, 0.5), (0.0, -0.8, 1.0, 0.5), (0.0, 0.0, 2.5, 1.5), (-1.0, 0.5, 0.5, 1.0)],
)
def test_a_sale_is_completed_by_the_logistic_of_lift_service_and_impatience(z, service, trend, friction):
    """sigma(logit .95 + z + service + friction (1 - impatience now)), with the impatience of each shopper."""
    market, tally = tried(lifts=[("transaction", z)], service=service, trend=trend, friction=friction)
    impatience = market.state.impatience.astype(float)
    assert_within(mean(impatience), 1.0)
    completion = expit(logit(0.95) + z + service + friction * (1 - trend * impatience))
    assert_chances(market, tally, 0.9, completion)


def test_the_chances_named_hold_for_a_shopper_of_mean_impatience():
    market, tally = tried(spread=0.0, contact=0.8, completion=0.7, friction=1.5)
    assert np.allclose(market.state.impatience, 1.0)
    assert_chances(market, tally, 0.8, np.full(SHOPPERS, 0.7))


def test_more_impatience_loses_sales_that_were_won_and_wins_none():
    """The same draws: a sale won by the more impatient is won by the patient too (claims D12)."""
    buyers = []
    for trend in (1.0, 2.0):
        market, _ = tried(trend=trend)
        buyers.append(market.state.last_brand >= 0)
    assert np.all(buyers[0][buyers[1]])
    assert buyers[1].sum() < buyers[0].sum()


def test_contact_and_completion_are_drawn_apart():
    """Sales completed are contacts times completions, as independent chances are."""
    _, tally = tried(contact=0.5, completion=0.5, friction=0.0)
    assert_within((tally.completed[0] / SHOPPERS, np.sqrt(0.25 * 0.75 / SHOPPERS)), 0.25)


class Rounds(Recorder):
    """Counts each round's visits, evaluations and sales, week by week."""

    def __init__(self):
        self.weeks = []

    def open_week(self, market):
        self.weeks.append({})

    def on_visit(self, block):
        seen = self.weeks[-1].setdefault(block.round, np.zeros(3, int))
        seen += block.looked, block.active, block.count


def once_a_week(*, attempts=3, habit=True, contact=0.5, shoppers=20_000):
    """Let everybody need one unit a week, at half of all contacts."""
    spec = market_spec([0.5, 0.3, 0.2], shoppers=shoppers, rate=1.5, S=2.0, expertise=0.05)
    parts = {**CHOOSING, "transaction": Transaction(contact=contact, attempts=attempts, friction=0.0, completion=0.99)}
    parts |= {"need": Need(arrivals="at_most_one"), "consideration": Consideration(habit=habit)}
    rounds = Rounds()
    return Market(spec, only(**parts), seed=62, burn_in=0, recorders=[rounds]), rounds


def test_a_lost_visit_comes_back_in_the_next_round_as_an_active_evaluation():
    market, rounds = once_a_week()
    market.state.last_brand[:] = 0  # everybody might buy by habit
    market.step()
    week = rounds.weeks[0]
    first, second, third = (week[n] for n in range(3))
    assert sorted(week) == [0, 1, 2]
    assert first[0] == 20_000
    assert first[1] < first[0]  # some do buy by habit
    for before, after in ((first, second), (second, third)):
        assert after[0] == before[0] - before[2]  # whoever lost, and nobody else
        assert after[1] == after[0]
    assert_within((second[0], np.sqrt(20_000 / 4)), 20_000 * (1 - 0.5 * 0.99))


@pytest.mark.parametrize("attempts", [1, 2, 3, 5])
def test_after_some_losses_a_purchase_waits_for_the_next_week(attempts):
    """Those who lose every attempt: (1 - c)^attempts of those who need something; they come on top next week."""
    market, rounds = once_a_week(attempts=attempts)
    market.step()
    waiting = market.tally.postponed_visits[0]
    chance = (1 - 0.5 * 0.99) ** attempts
    assert_within((waiting, np.sqrt(20_000 * chance * (1 - chance))), 20_000 * chance)
    assert market.state.postponed.sum() == waiting
    assert sorted(rounds.weeks[0]) == list(range(attempts))
    market.step()
    assert market.tally.trips[0] == 20_000 + waiting


def test_no_need_is_ever_lost():
    """Needs that arose are units sold and purchases put off, every week; needs are those of a market without losses."""
    spec = market_spec([0.5, 0.3, 0.2], shoppers=4000, rate=0.8, K=0.8, S=2.0)
    easy, hard = (
        Market(spec, only(**{**CHOOSING, "transaction": params}), seed=63, burn_in=0)
        for params in (Transaction(losing=False), Transaction(contact=0.4, completion=0.5))
    )
    needs, units = np.zeros(4000, int), np.zeros(4000, int)
    for _ in range(12):
        needs += purchases(easy, 1).sum(axis=1)
        units += purchases(hard, 1).sum(axis=1)
        tally = hard.tally
        assert tally.trips[0] == tally.units.sum() + tally.postponed_visits[0]
        assert np.array_equal(needs, units + hard.state.postponed)
    assert hard.state.postponed.max() > 1


def test_no_sale_is_lost_where_losing_is_off():
    market, rounds = once_a_week(contact=0.1)
    off = Market(
        market.spec, {**market.params, "transaction": Transaction(losing=False, contact=0.1)}, seed=62, burn_in=0
    )
    run(off, 2)
    assert off.tally.units.sum() == off.tally.trips[0] == 20_000
    assert off.tally.postponed_visits[0] == off.tally.contacted.sum() == 0
    assert rounds.weeks == []


def test_smoother_shops_complete_more_sales():
    """Two shops of personal main shops: each completes by its own service; coins of those who came."""
    spec = market_spec([0.5, 0.5], shoppers=SHOPPERS, rate=1.5)
    shops = {"smooth": Retailer(service=1.0, price_dispersion=0.0), "rough": Retailer(service=-1.0, price_dispersion=0)}
    people = Population(**{**spec.population.model_dump(), "shop_first": 1.0})
    spec = spec.model_copy(update={"population": people, "retailers": shops})
    params = {**CHOOSING, "price_comparison": True, "need": Need(arrivals="at_most_one")}
    params["transaction"] = Transaction(attempts=1, contact=0.9, friction=0.0)
    market = Market(spec, only(**params), seed=64, burn_in=0)
    x = purchases(market, 1).sum(axis=1)
    for shop, service in ((0, 1.0), (1, -1.0)):
        assert_within(mean(x[market.state.main_shop == shop]), 0.9 * expit(logit(0.95) + service))
