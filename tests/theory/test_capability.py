"""How money becomes experience: geometric carry-over (Broadbent 1979), then a saturating Hill response."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, run

from sim.market.brands.capability import build, carry_over, lift, response
from sim.market.market import Market
from sim.market.spec import LEVERS, Capability, Intervention

DEFAULT = Capability()
USAGE = LEVERS.index("usage")


def kept_up(spend, weeks, stock=1.0, settings=DEFAULT):
    for _ in range(weeks):
        stock = build(stock, spend, settings)
    return stock


@pytest.mark.parametrize("half_life", [4.0, 13.0, 52.0])
def test_a_capability_halves_over_its_half_life(half_life):
    settings = Capability(half_life_weeks=half_life)
    assert kept_up(0.0, int(half_life), 1.0, settings) == pytest.approx(0.5, rel=1e-12)
    assert carry_over(settings) ** half_life == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize("spend", [0.0, 1.0, 2.0, 7.5])
def test_a_level_kept_up_becomes_the_stock(spend):
    """Adstock s/(1 - c) in units in which what is spent weighs 1 - c: s itself, whatever was before."""
    assert kept_up(spend, 2000) == pytest.approx(spend, abs=1e-12)


def test_an_impulse_is_worth_the_same_in_the_long_run_however_it_fades():
    """One week's money s gives stocks that sum to s over all weeks to come: (1 - c) s / (1 - c)."""
    for half_life in (4.0, 26.0):
        settings = Capability(half_life_weeks=half_life)
        stock = build(0.0, 3.0, settings)
        total = 0.0
        for _ in range(3000):
            total += stock
            stock = build(stock, 0.0, settings)
        assert total == pytest.approx(3.0, rel=1e-9)


def test_the_norm_gives_half_of_the_most():
    """Hill half-saturation at the category's norm; at rest nothing is added."""
    assert response(1.0, DEFAULT) == pytest.approx(DEFAULT.most / 2)
    assert lift(1.0, DEFAULT) == 0
    assert response(1e9, DEFAULT) == pytest.approx(DEFAULT.most, rel=1e-6)
    assert response(0.0, DEFAULT) == 0


def test_the_response_has_elasticity_one_half_at_the_norm():
    """n/2 with n = 1, by a central difference over a millionth."""
    step = 1e-6
    rise = np.log(response(np.exp(step), DEFAULT) / response(np.exp(-step), DEFAULT)) / (2 * step)
    assert rise == pytest.approx(0.5, abs=1e-8)


def test_doubling_the_spend_for_good_gives_a_quarter_of_a_standard_deviation():
    assert lift(kept_up(2.0, 2000), DEFAULT) == pytest.approx(0.25, abs=1e-12)
    assert lift(kept_up(2.0, 2000), Capability(most=2.4)) == pytest.approx(2.4 / 6)


def test_money_buys_less_the_more_has_been_spent():
    z = [lift(float(stock), DEFAULT) for stock in range(9)]
    assert np.all(np.diff(z) > 0)
    assert np.all(np.diff(z, 2) < 0)


def spending(money, *, share=0.5, weeks=8, shoppers=4000):
    """Let the first brand spend on usage in a market of that share."""
    spec = market_spec([share, 1 - share], shoppers=shoppers, rate=1.0, capability=Capability(half_life_weeks=4.0))
    change = Intervention(brand="brand_0", spend={"usage": money})
    return Market(spec, only(**CHOOSING), seed=15, burn_in=2, timeline=[change])


def test_a_brand_that_spends_the_norm_again_doubles_its_stock():
    """Money a week over norm x sales = 1 for each customer there is; before week 0 everything is at rest."""
    share, shoppers, weeks = 0.5, 4000, 60
    norm = DEFAULT.norm * share * shoppers * 100.0
    market = run(spending(norm, share=share), 2)
    assert np.all(market.world.stock == 1)
    expected = 1.0
    customers = []
    for _ in range(weeks):
        customers.append(market.world.customers[0])
        market.step()
        expected = build(expected, 1 + 1 / customers[-1], market.spec.capability)
        assert market.world.stock[USAGE, 0] == pytest.approx(expected, rel=1e-12)
        assert market.world.lift[USAGE, 0] == pytest.approx(lift(expected, market.spec.capability), abs=1e-12)
    # one taste for all: weekly sales are Poisson, and customers their running mean, here over 26 weeks (half-life 13)
    error = 1 / np.sqrt(share * shoppers * 26)
    assert_within((market.world.stock[USAGE, 0], error), 2.0)
    others = np.delete(market.world.stock[:, 0], USAGE)
    assert np.all(others == 1)
    assert np.all(market.world.stock[:, 1] == 1)


def test_the_same_money_is_spread_over_more_customers_of_a_larger_brand():
    """Four times the share, a quarter of the addition to the stock."""
    small, large = (run(spending(1000.0, share=share), 3) for share in (0.2, 0.8))
    more = [market.world.stock[USAGE, 0] - 1 for market in (small, large)]
    assert more[0] == pytest.approx(4 * more[1], rel=1e-9)


def test_customers_are_counted_from_the_units_sold():
    """One at rest: with one taste for all, units are Poisson around what is expected; weeks give the error."""
    market = run(spending(0.0), 2)
    assert np.all(market.world.customers == 1)
    counts = []
    for _ in range(80):
        before = market.world.customers[0]
        market.step()
        counts.append((market.world.customers[0] - 0.5 ** (1 / 13) * before) / (1 - 0.5 ** (1 / 13)))
    assert_within(mean(np.array(counts)), 1.0)
