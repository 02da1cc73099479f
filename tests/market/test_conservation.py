"""What can neither appear nor vanish: shoppers, visits, units, money and points, to the last one."""

import numpy as np
import pytest
from any_market import FOUND, SWITCHES, stirred, tables, timelines
from books import Books
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.market.behaviours.add_on import Params as AddOn
from sim.market.market import Market
from sim.market.record.panel import PanelRecorder
from sim.market.record.weekly import WeeklyTable
from sim.market.record.window import Window
from sim.market.spec import Intervention

TIMELINE = (
    Intervention(brand="bolt", from_week=2, ramp_weeks=2, set={"price": 3.0}),
    Intervention(brand="acme", from_week=1, set={"scheme.reward_rate": 0.1, "scheme.threshold": 1.5}),
    Intervention(brand="acme", from_week=1, set={"scheme.head_start": 0.3, "scheme.expiry_weeks": 2}),
    Intervention(from_week=3, set={"retailers.corner.margin": 0.4}),
)


def run(market: Market, weeks: int) -> None:
    for _ in range(weeks):
        market.step()


def test_visits_money_and_points_add_up_every_week_through_price_cuts_schemes_and_their_end(small_spec):
    books, table = Books(), WeeklyTable(start=-2)
    market = Market(
        small_spec(shoppers=1500), seed=6, burn_in=2, timeline=TIMELINE, run_off_from=9, recorders=[books, table]
    )
    run(market, 14)
    assert books.weeks == 14
    assert (books.issued > 0).all()
    assert (books.redeemed > 0).all()
    assert (books.expired > 0).all()
    assert (market.world.members == market.state.member.sum(axis=0)).all()
    issued, redeemed, expired = (table.column(f"points_{name}")[:, :2] for name in ("issued", "redeemed", "expired"))
    outstanding = table.column("points_outstanding")[:, :2]
    assert (outstanding[0] == books.opening + (issued - redeemed - expired)[0]).all()
    assert (np.diff(outstanding, axis=0) == (issued - redeemed - expired)[1:]).all()


def test_the_panel_of_everybody_holds_every_unit_and_every_cent(small_spec):
    panel, table, window = PanelRecorder(10**6), WeeklyTable(), Window(0, 6)
    params = {"add_on": AddOn(on=False)}
    market = Market(small_spec(), params, seed=6, burn_in=1, timeline=TIMELINE, recorders=[panel, table, window])
    run(market, 7)
    rows = panel.columns()
    brands = len(market.shares)
    week = rows["day"] // 7
    for number in range(6):
        inside = week == number
        assert np.bincount(rows["brand"][inside], minlength=brands).tolist() == table.column("units")[number].tolist()
    cents = np.rint(rows["price"] * 100) + market.world.fee_cents[rows["retailer"]]
    paid = np.bincount(rows["brand"], weights=cents, minlength=brands)
    assert (paid == np.rint(table.column("spending").sum(axis=0) * 100)).all()
    assert rows["points"].sum() == table.column("points_redeemed").sum()
    bought = np.zeros_like(window.purchases[0], np.int64)
    np.add.at(bought, (rows["shopper"], rows["brand"]), 1)
    assert (bought == window.purchases.sum(axis=0)).all()
    assert (rows["units"] == 1).all()
    assert (np.diff(rows["day"]) >= 0).all()


def test_money_of_the_weekly_table_adds_up_to_contribution(small_spec):
    table = WeeklyTable()
    market = Market(small_spec(), seed=6, burn_in=1, timeline=TIMELINE, recorders=[table])
    run(market, 7)
    parts = ("goods_cost", "lever_spend", "norm_spend", "administration", "reward_cost")
    left = table.column("revenue") - sum(table.column(part) for part in parts)
    np.testing.assert_allclose(table.column("contribution"), left, rtol=1e-12, atol=1e-9)
    after = table.column("contribution") - table.column("deferred_cost")
    np.testing.assert_allclose(table.column("contribution_after_liability"), after, rtol=1e-12, atol=1e-9)
    assert table.column("market_share").sum(axis=1) == pytest.approx(1.0, abs=1e-12)
    prefer = table.column("preference_share")
    asked = np.isfinite(prefer[:, 0])
    assert asked.sum() == 1  # every fourth week
    assert 0 < prefer[asked].sum() <= 1.0 + 1e-12


def test_in_the_run_off_no_point_is_issued_nobody_joins_and_no_money_goes_into_levers(small_spec):
    table = WeeklyTable()
    spending = Intervention(brand="crest", spend={"usage": 50.0})
    market = Market(small_spec(), seed=6, burn_in=1, timeline=(*TIMELINE, spending), run_off_from=5, recorders=[table])
    run(market, 12)
    weeks = np.array(table.weeks)
    acme, bolt = 0, 1  # the one started its scheme, the other's ran before and goes on
    issued, lever_spend = table.column("points_issued"), table.column("lever_spend")
    for money in (issued[:, acme], lever_spend):
        assert (money[weeks >= 5] == 0).all()
        assert money[weeks < 5].sum() > 0
    assert (issued[weeks >= 5, bolt] > 0).all()
    members = table.column("members")[:, acme]
    assert (members[weeks >= 5] == members[weeks == 4]).all()
    # points settle: whoever still has some redeems them or lets them expire
    outstanding = table.column("points_outstanding")[:, acme]
    assert outstanding[-1] < 0.5 * outstanding[weeks == 4]


SCHEMES = {  # who starts it, when it ends, when the run-off begins
    "that the timeline started, in the run-off": ({"scheme.reward_rate": 0.05}, None, 8),
    "that the timeline started and ended": ({"scheme.reward_rate": 0.05}, 8, None),
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_reward_has_the_value_that_was_promised_in_a_scheme(small_spec, scheme):
    changed, to_week, run_off_from = SCHEMES[scheme]
    terms = {"threshold": 2}
    brands = {"acme": {"share": 0.7, "price": 5.0, "scheme": terms}, "bolt": None, "crest": None}
    brands["dune"] = {"share": 0.3, "price": 5.0}
    table = WeeklyTable()
    market = Market(
        small_spec(brands=brands), seed=6, burn_in=0, run_off_from=run_off_from, recorders=[table],
        timeline=[Intervention(brand="acme", to_week=to_week, set=changed)],
    )  # fmt: skip
    run(market, 14)
    late = np.array(table.weeks) >= 8
    assert (table.column("points_issued")[late] == 0).all()
    redeemed, cost = (table.column(name)[late, 0] for name in ("points_redeemed", "reward_cost"))
    assert redeemed.sum() > 0
    # a point is a cent spent, and each cent spent promised a twentieth of a cent; a reward is rounded to whole cents
    np.testing.assert_allclose(cost, redeemed * 0.05 / 100.0, rtol=0.005)
    liability, held = (table.column(name)[late, 0] for name in ("points_liability", "points_outstanding"))
    np.testing.assert_allclose(liability, held * 0.05 / 100.0, rtol=1e-9)
    # once nothing accrues, a card that is not full can never become a reward
    full = market.state.points[:, 0] // 1000 * 1000  # a reward takes two purchases at 5.00
    assert table.column("points_redeemable")[-1, 0] == pytest.approx(full.sum() * 0.05 / 100.0)
    early = ~late
    assert (table.column("points_redeemable")[early] == table.column("points_liability")[early]).all()


@settings(max_examples=40, deadline=None)
@given(
    switches=SWITCHES,
    changes=tables(),
    timeline=timelines(),
    shoppers=st.integers(1, 120),
    rate=st.floats(0.05, 3.0),
    joining=st.sampled_from(["choice", "everybody"]),
    run_off=st.one_of(st.none(), st.integers(1, 5)),
    seed=st.integers(0, 2**63 - 1),
)
def test_books_balance_in_any_market_whatever_is_switched_off(
    small_spec, switches, changes, timeline, shoppers, rate, joining, run_off, seed
):
    spec = small_spec(shoppers=shoppers, category={"purchase_rate": rate}, **changes)
    params = stirred(switches)
    params["points"] = FOUND["points"].params(on=switches["points"], joining=joining)
    books, table = Books(), WeeklyTable(start=-1)
    market = Market(
        spec, params, seed=seed, burn_in=1, timeline=timeline, run_off_from=run_off, recorders=[books, table]
    )
    run(market, 7)
    assert books.weeks == 7
    # what shoppers paid is what brands and retailers got, to the cent: retailers' part counted visit by visit
    spending, revenue, kept, fees = (
        np.rint(100 * table.column(name)) for name in ("spending", "revenue", "retailer_margin", "fees")
    )
    assert (spending == revenue + kept + fees).all()
    assert (kept + fees == np.array(books.margins)).all()
