"""Stock at home: what is bought is eaten, deals only move purchases in time, and off it leaves no trace."""

import numpy as np
import pytest
from bare_market import CHOOSING, FOUND, assert_within, market_spec, mean, only, purchases, run

from sim.market.behaviours.pantry import Params as Pantry
from sim.market.behaviours.pantry import stocks_at_rest
from sim.market.market import Market
from sim.market.record.weekly import WeeklyTable
from sim.market.spec import Intervention

SHARES = [0.5, 0.3, 0.2]
EVERYBODY_CHEAPER = tuple(
    Intervention(brand=f"brand_{k}", set={"price": 80.0}, from_week=10, to_week=11) for k in range(3)
)


def market(pantry=True, *, shoppers=4000, timeline=(), rate=1.0, K=1000.0, seed=41, **settings):
    spec = market_spec(SHARES, shoppers=shoppers, rate=rate, K=K, S=2.0, **settings)
    params = only(**CHOOSING, price_comparison=True, pantry=Pantry(on=True) if pantry is True else pantry)
    return Market(spec, params, seed=seed, burn_in=0, timeline=timeline)


def by_week(one, weeks):
    """Return what each shopper buys in each week. Shape (W, N)."""
    return np.array([purchases(one, 1).sum(axis=1) for _ in range(weeks)])


@pytest.mark.parametrize("timeline", [(), EVERYBODY_CHEAPER], ids=["at list price", "with a week of deals"])
def test_the_stock_changes_by_what_is_bought_less_what_is_eaten(timeline):
    """Shopper by shopper; the bound is twenty roundings of single precision at stocks of a few units."""
    one = market(K=0.8, timeline=timeline)
    before = one.state.at_home.astype(float)
    bought = by_week(one, 20).sum(axis=0)
    eaten = 20 * one.state.rate.astype(float)
    held = np.maximum(np.abs(one.state.at_home - before), bought + eaten)
    assert np.all(np.abs(one.state.at_home - before - (bought - eaten)) <= 20 * 2.0**-22 * (1 + held))


def test_in_the_long_run_shoppers_buy_at_their_own_rates():
    """Once stocks are at rest their mean change is nil, and beyond it nothing can differ."""
    one = market(K=0.8)
    run(one, 20)
    gap = by_week(one, 30).sum(axis=0) - 30 * one.state.rate.astype(float)
    assert_within(mean(gap), 0.0)
    assert gap.std() < 3  # purchases of a shopper; Poisson needs would make it 5.5


def test_stocks_are_all_but_at_rest_from_the_start():
    """Weekly steps leave stocks a little higher than purchases at any time do: a twentieth of a purchase, once."""
    one = market(K=0.8, rate=0.25, shoppers=20_000)
    gap = by_week(one, 20).sum(axis=0) - 20 * one.state.rate.astype(float)
    assert_within(mean(gap), 0.0, beyond=0.05)


def test_sales_lost_are_made_up_for_and_nobody_eats_less():
    """A quarter of all attempts fail; the balance holds as ever, and needs put off come back."""
    spec = market_spec(SHARES, shoppers=4000, S=2.0)
    losing = FOUND["transaction"].params(contact=0.75)
    parts = {**CHOOSING, "transaction": losing, "price_comparison": True, "pantry": Pantry(on=True)}
    one = run(Market(spec, only(**parts), seed=42, burn_in=0), 20)
    before = one.state.at_home.astype(float)
    bought = by_week(one, 20).sum(axis=0)
    assert np.allclose(one.state.at_home - before, bought - 20 * one.state.rate.astype(float), atol=1e-3)
    assert_within(mean(bought - 20 * one.state.rate.astype(float)), 0.0)


def test_a_deal_brings_purchases_forward_and_adds_none():
    """Paired weeks: more in the week of the deal, fewer in the weeks after it, and the same in the year."""
    x = [by_week(market(timeline=timeline), 52) for timeline in ((), EVERYBODY_CHEAPER)]
    extra = x[1] - x[0]
    assert not extra[:10].any()
    forward, error = mean(extra[10])
    assert forward > 10 * error
    missing, error = mean(extra[11:16].sum(axis=0))
    assert missing < -10 * error
    # what shoppers take for usual is still a little lower, and so is the stock at which they rest: by urge / pull
    kept = 0.5 ** (1 / 13)
    urge = 2.0 * (1 - kept) * np.log(0.8) * kept**40
    pull = 0.5 / (1 + 0.5)
    assert -0.01 < urge / pull < 0
    assert_within(mean(extra.sum(axis=0)), urge / pull, beyond=0.001)


def test_the_first_week_of_a_deal_is_as_good_as_the_deal():
    """The chance to buy rises by (list / deal)^deals for those with a last brand; who is at rest buys that much more.

    What a week brings is Poisson given the stocks, which both arms share, so the ratio of its means is the factor.
    """
    params = Pantry(on=True, deals=1.5)
    arms = [market(params, timeline=timeline, shoppers=20_000) for timeline in ((), EVERYBODY_CHEAPER)]
    for one in arms:
        run(one, 10)
    with_brand = arms[0].state.last_brand >= 0
    assert with_brand.mean() > 0.95
    sold = [purchases(one, 1).sum(axis=1)[with_brand] for one in arms]
    expected = 0.8**-1.5
    assert_within(mean(sold[1] - expected * sold[0]), 0.0)


def test_a_price_that_stays_low_becomes_usual_and_moves_nobody_any_more():
    """With a half-life of one week; the sales of a later quarter are those of list prices."""
    low = tuple(Intervention(brand=f"brand_{k}", set={"price": 80.0}, from_week=2) for k in range(3))
    x = [by_week(market(Pantry(on=True, usual_half_life=1.0), timeline=timeline), 50) for timeline in ((), low)]
    assert_within(mean((x[1] - x[0])[35:].sum(axis=0)), 0.0)


def test_whoever_has_bought_no_brand_yet_sees_no_deal():
    one = market(timeline=(EVERYBODY_CHEAPER[0].model_copy(update={"from_week": 0, "to_week": 1}),))
    assert np.all(one.state.last_brand == -1)
    block = one.poll_block
    for shop in one.retailers:
        shop.step()
    one.behaviours["pantry"].open_week(one)
    one.world.urge_of_deal[:] = 5.0
    block.enter(0, one.spec.shoppers)
    stock = one.state.at_home.astype(float)
    one.behaviours["pantry"].on_shoppers(block)
    rate = one.state.rate.astype(float)
    pull = 0.5 / (1 + 0.5 * rate)
    assert np.allclose(block.visit.appetite[: len(rate)], np.exp(-pull * stock), rtol=1e-5)


def test_savers_in_hard_times_eat_less_and_so_buy_less():
    one = market()
    one.state.saver[:2000] = 1
    one.world.held_back[:] = 0.4
    run(one, 20)
    before = one.state.at_home.astype(float)
    bought = by_week(one, 30).sum(axis=0)
    eaten = 30 * one.state.rate.astype(float) * np.where(one.state.saver == 1, 0.6, 1.0)
    assert np.allclose(one.state.at_home - before, bought - eaten, atol=1e-3)
    change = bought - eaten
    assert_within(mean(change[:2000]), 0.0)
    assert_within(mean(change[2000:]), 0.0)


def test_without_correction_and_deals_needs_are_exactly_poisson():
    plain, idle = market(Pantry(on=False)), market(Pantry(on=True, correction=0.0, deals=0.0))
    assert np.array_equal(by_week(plain, 10), by_week(idle, 10))


def test_off_it_leaves_no_trace(small_spec):
    """Every byte of a market that has never heard of it: shoppers, sums of every week, and the weekly table."""
    without = {name: behaviour for name, behaviour in FOUND.items() if name != "pantry"}
    kept = []
    for found in (FOUND, without):
        table = WeeklyTable()
        one = Market(small_spec(), seed=7, burn_in=2, behaviours=found, recorders=[table])
        sums = []
        for _ in range(8):
            one.step()
            sums += [(field.name, part.tobytes()) for field, part in one.tally]
        state = {field.name: part.tobytes() for field, part in one.state if field.name != "at_home"}
        kept.append((sums, state, {name: table.column(name).tobytes() for name in table.rows}))
    assert kept[0] == kept[1]


@pytest.mark.parametrize("correction", [0.2, 0.5, 1.5])
def test_stocks_at_rest_are_those_of_a_self_correcting_process(correction):
    """Nothing changes on average: not the stock s, its square, or e = exp(-k s); a purchase adds one at rate e.

    So E e = 1, E s(1 - e) = 1/2, and E e^2 = k / (1 - exp(-k)).
    """
    s = stocks_at_rest(correction, 1)
    assert np.all(np.diff(s) >= 0)
    e = np.exp(-correction * s)
    assert_within(mean(e), 1.0)
    assert_within(mean(s * (1 - e)), 0.5)
    assert_within(mean(e**2), correction / -np.expm1(-correction))
