"""A brand's account of the week: points put aside and settled, breakage counted once, fees kept by retailers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.market.brands.finance import (
    ACCOUNT,
    COSTS,
    account,
    contribution,
    expected_cost,
    further_costs,
    redeemable,
    retailer_margin,
)
from sim.market.market import Market
from sim.market.record.weekly import MEASURES, WeeklyTable
from sim.market.spec import Intervention
from sim.market.state import Field, Frame

Amounts = st.lists(st.integers(0, 10**9), min_size=3, max_size=3).map(np.array)


@given(redeemable=Amounts, redeemed=Amounts, expired=Amounts)
@settings(deadline=None)
def test_points_held_cost_between_nothing_and_all_of_their_rewards(redeemable, redeemed, expired):
    owed = expected_cost(redeemable, redeemed, expired)
    assert (owed >= 0).all()
    assert (owed <= redeemable).all()
    none_settled = redeemed + expired == 0
    assert (owed[none_settled] == redeemable[none_settled]).all()
    assert (owed[(redeemed == 0) & (expired > 0)] == 0).all()


def test_the_account_of_one_week_by_hand():
    spending, revenue, fees = np.array([[130.0, 40.0], [90.0, 33.0], [5.0, 0.0]])
    assert retailer_margin(spending, revenue, fees) == pytest.approx([35.0, 7.0])
    assert contribution(revenue, [np.array([36.0, 12.0]), np.array([4.0, 0.5])]) == pytest.approx([50.0, 20.5])
    # three points in four were redeemed so far, then all that are left are expected to be by three in four
    assert expected_cost(np.array([8.0]), np.array([30.0]), np.array([10.0])) == pytest.approx([6.0])


def test_fees_are_kept_by_retailers_and_are_no_part_of_their_margin(small_spec):
    """The second shop takes a fee of .10 of every buyer."""
    market = Market(small_spec(shoppers=200), burn_in=0)
    market.step()
    told = account(market)
    assert told["fees"].sum() == pytest.approx(market.tally.fees.sum() / 100.0)
    assert 0 < told["fees"].sum() <= 0.1 * market.tally.units.sum() + 1e-9
    np.testing.assert_allclose(told["spending"], told["revenue"] + told["retailer_margin"] + told["fees"], atol=1e-9)
    assert told["retailer_margin"].sum() == pytest.approx(market.tally.retailer_margin.sum() / 100.0)


def a_scheme(small_spec, **options) -> tuple[Market, WeeklyTable]:
    """Run a scheme that has members from the start, through its run-off."""
    terms = {"reward_rate": 0.05, "threshold": 2, "expiry_weeks": 3, "reward_cost": 0.6}
    table = WeeklyTable()
    market = Market(
        small_spec(brands={"bolt": {"share": 0.3, "price": 4.0, "scheme": terms}}), seed=4, burn_in=3,
        run_off_from=14, recorders=[table], **options,
    )  # fmt: skip
    for _ in range(23):
        market.step()
    return market, table


def test_what_is_put_aside_adds_up_to_what_is_owed_in_the_end(small_spec):
    market, table = a_scheme(small_spec)
    before = Market(market.spec, seed=4, burn_in=3)
    for _ in range(3):
        before.step()
    owed = table.column("points_redeemable")[-1] * table.column("points_redeemed").sum(axis=0)[1]
    owed = owed / (table.column("points_redeemed") + table.column("points_expired")).sum(axis=0)[1]
    opening = redeemable(before)
    assert opening[1] > 0
    np.testing.assert_allclose(table.column("deferred_cost").sum(axis=0), owed - opening, atol=1e-9)


def test_breakage_is_told_at_what_rewards_cost_and_is_part_of_no_sum(small_spec):
    _, table = a_scheme(small_spec)
    expired = table.column("points_expired")[:, 1]
    assert expired.sum() > 0
    assert table.column("breakage")[:, 1] == pytest.approx(expired * 0.05 / 100 * 0.6)
    assert "breakage" not in COSTS
    left = table.column("revenue") - sum(table.column(name) for name in COSTS)
    np.testing.assert_allclose(table.column("contribution"), left, atol=1e-9)
    # over the life of a scheme that is settled, cash and liability agree: rewards cost what was redeemed, no more
    redeemed = table.column("points_redeemed")[:, 1].sum()
    assert table.column("reward_cost")[:, 1].sum() == pytest.approx(redeemed * 0.05 / 100 * 0.6, rel=0.01)


def test_a_scheme_without_burn_in_opens_with_what_its_cards_are_worth(small_spec):
    table = WeeklyTable()
    market = Market(small_spec(), seed=4, burn_in=0, recorders=[table])
    opening = redeemable(market)[1]
    assert opening > 0
    market.step()
    assert table.column("deferred_cost")[0, 1] == pytest.approx(table.column("points_redeemable")[0, 1] - opening)


def test_a_price_reduction_is_told_but_not_taken_off_twice(small_spec):
    table = WeeklyTable()
    cut = Intervention(brand="crest", set={"price": 5.0})
    market = Market(small_spec(), seed=4, burn_in=0, timeline=[cut], recorders=[table])
    market.step()
    # a sixth off 6.00 leaves 5.00: the brand gets a fifth more of what it gets now, had it not been for that
    assert table.column("price_reduction")[0, 2] == pytest.approx(table.column("revenue")[0, 2] / 5.0)
    assert "price_reduction" not in COSTS


def test_every_line_of_the_account_is_in_the_weekly_table():
    assert ACCOUNT.keys() <= MEASURES.keys()


def test_only_whole_cents_by_brand_with_the_right_name_are_a_further_cost():
    sizes = {"B": 2, "R": 1}
    fields = (
        Field("gesture_cost", ("B",), "int64", "cents", "a cost"),
        Field("shelf_cost", ("R",), "int64", "cents", "a retailer's"),
        Field("search_cost", ("B",), "int64", "minutes", "no money"),
        Field("gestures", ("B",), "int64", "cents", "no cost"),
    )
    assert further_costs(Frame(fields, sizes)) == ("gesture_cost",)
