"""What customers are worth in markets where it is known: always a share, and lost for good."""

import numpy as np
import pytest
from bare_market import CHOOSING, ERRORS, market_spec, only

from sim.market import chance
from sim.market.market import Market
from sim.market.record.customers import YEAR, Customers
from sim.market.record.panel import PanelRecorder
from sim.market.state import NEVER
from sim.measure.lifetime_value import always_a_share, discounts, lost_for_good, until, weekly_rate

SHOPPERS, RATE, SHARE = 6000, 0.5, 0.3
MARGIN = 100.0 * (1.0 - 0.25) - 40.0
"""Money a unit: the list price of 100 less the retailer's quarter and the cost of goods."""

YEARLY = 0.5  # far above any real one, so that discounting shows within the run


class Everybody(Customers):
    """Takes every shopper for a customer of every brand: a cohort of equals."""

    def open_week(self, market: Market) -> None:
        """Note everybody in the first week."""
        super().open_week(market)
        if market.week == self.first:
            self.number[:] = market.spec.shoppers
            self.is_customer[:] = 2 ** len(self.number) - 1


class LostForGood(Everybody):
    """Has a share of the customers leave every week; each is replaced by a stranger who shops alike."""

    stays = 0.9

    def close_week(self, market: Market) -> None:
        """Forget those who leave after the week's purchases."""
        super().close_week(market)
        luck = chance.uniforms(market.seed, "test/leave", np.arange(market.spec.shoppers), at=market.week)[0]
        self.is_customer[luck >= self.stays] = 0


def follow(customers: Customers, weeks: int) -> np.ndarray:
    """Run a market at rest and return what the first brand's customers leave, per head and week. Shape (W,)."""
    spec = market_spec([SHARE, 1 - SHARE], shoppers=SHOPPERS, rate=RATE)
    market = Market(spec, only(**CHOOSING), seed=5, burn_in=0, recorders=[customers])
    for _ in range(weeks):
        market.step()
    return np.array(customers.margin)[:, 0] / SHOPPERS


def test_customers_always_shared_are_worth_margin_times_rate_times_share_over_the_discount():
    weeks, d = 104, weekly_rate(YEARLY)
    worth = discounts(np.arange(weeks), YEARLY)
    found = worth @ follow(Everybody(), weeks)
    forever = always_a_share(MARGIN, RATE, SHARE, d) * (1 + d)  # with the money of the first week
    expected = forever * (1 - (1 + d) ** -weeks)
    assert expected == pytest.approx(until(MARGIN * RATE * SHARE, weeks, d))
    # purchases are Poisson; rates differ by a thousandth part of their square (K = 1000), the same in all weeks
    luck = MARGIN**2 * RATE * SHARE * (worth**2).sum() + (MARGIN * RATE * SHARE * worth.sum()) ** 2 / 1000
    assert abs(found - expected) < ERRORS * np.sqrt(luck / SHOPPERS)


def test_customers_lost_for_good_are_worth_m_r_over_1_plus_d_less_r():
    weeks, d, r = 104, weekly_rate(YEARLY), LostForGood.stays
    worth = discounts(np.arange(weeks), YEARLY)
    money = follow(LostForGood(), weeks)
    m = MARGIN * RATE * SHARE
    # Poisson purchases over a life of 1/(1 - r) weeks, whose length has variance r/(1 - r)^2
    error = np.sqrt((MARGIN**2 * RATE * SHARE / (1 - r) + m**2 * r / (1 - r) ** 2) / SHOPPERS)
    assert r**weeks < 1e-4  # hardly anybody is left, so the horizon does not matter
    assert abs(worth[1:] @ money[1:] - lost_for_good(m, r, d)) < ERRORS * error
    assert abs(worth @ money - lost_for_good(m, r, d, first_included=True)) < ERRORS * error


def test_the_first_margin_is_all_that_lies_between_the_two_forms():
    for m, r, d in [(3.0, 0.8, 0.1), (1.0, 0.0, 0.02), (2.0, 0.99, 0.001)]:
        assert lost_for_good(m, r, d, first_included=True) - lost_for_good(m, r, d) == pytest.approx(m)
        series = sum(m * r**t * (1 + d) ** -t for t in range(1, 20_000))
        assert lost_for_good(m, r, d) == pytest.approx(series)


def test_customers_are_those_who_bought_in_the_year_before_and_all_they_buy_is_counted(small_spec, monkeypatch):
    monkeypatch.setattr("sim.market.market.block_size", lambda spec, threads: 64)
    found = []
    for threads in (1, 3):
        customers, panel = Customers(), PanelRecorder(10**6)
        market = Market(small_spec(), seed=6, burn_in=60, threads=threads, recorders=[customers, panel])
        for _ in range(60):
            market.step()
        last = market.state.bought_week.astype(int)
        is_customer = (last != NEVER) & (last >= -YEAR)
        for _ in range(5):
            market.step()
        found.append(np.array(customers.margin))
    assert (customers.number == is_customer.sum(axis=0)).all()
    assert 0 < customers.number[0] < 400
    assert found[0].tobytes() == found[1].tobytes()
    rows = panel.columns()
    counted = is_customer[rows["shopper"], rows["brand"]]
    units = np.zeros((5, 4), int)
    np.add.at(units, (rows["day"][counted] // 7, rows["brand"][counted]), 1)
    assert (units == np.array(customers.units)).all()
    # list price less a quarter for the retailer and four tenths for the goods, to the rounding of a wholesale price
    each = np.array([5.0, 4.0, 6.0, 5.5]) * (0.75 - 0.4)
    np.testing.assert_allclose(found[0], units * each, atol=0.005 * units.max())
