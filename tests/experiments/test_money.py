"""What came back for an arm's money: gain, return, payback week, customer value, on tables made by hand."""

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

from sim.experiments.customer_value import LAST_WEEKS, customer_values
from sim.experiments.money import QUANTITIES, money_of, net_gain_so_far, payback_weeks, per_replicate
from sim.experiments.ratio import ratio_of_means
from sim.experiments.result import COST_PARTS, WINDOW_MEASURES, Arms, Result
from sim.experiments.told_money import money_json, money_text
from sim.market.record.customers import Customers
from sim.market.record.weekly import MEASURES
from sim.measure.lifetime_value import always_a_share, discounts, until, weekly_rate

RATE = 0.1
WORTH = discounts(np.arange(4), RATE)


def a_result(contribution: list[list[float]], cost: list[float], **weekly: list[list[float]]) -> Result:
    """Make a result of one arm beside a baseline of noughts: contribution (R, W) and cost (R,) beyond it."""
    shape = (2, len(cost), 4, 2)
    table = {name: np.zeros(shape) for name in MEASURES}
    for name, values in {"contribution": contribution, **weekly}.items():
        table[name][1, :, :, 0] = values
    table["contribution"] += 7.0  # both arms alike
    costs = {part: np.zeros((2, len(cost))) for part in COST_PARTS}
    costs["lever_spend"][1] = cost
    window = {name: np.zeros((2, len(cost), 2)) for name in WINDOW_MEASURES}
    window["customer_value"] = np.array([[[50.0, 9.0]] * len(cost), [[53.0, 9.0]] * len(cost)])
    return Result(
        name="made", title="", question="", focal="acme", arms=Arms(("baseline", "one"), ("b", "1")),
        brands=("acme", "bolt"), brand_labels=("Acme", "Bolt"), retailers=("shop",), weeks=np.arange(4),
        compared_weeks=(2, 4), weekly=table, window=window, costs=costs, panels=[],
        scenario_toml=f"[finance]\ndiscount_rate = {RATE}\n", seeds=tuple(range(len(cost))),
    )  # fmt: skip


def told(result: Result) -> dict[str, tuple[float, float, float]]:
    return {row.quantity: (row.value, row.low, row.high) for row in money_of(result)}


# --- gain and return


def test_net_gain_is_the_discounted_difference_of_contribution_over_all_weeks_and_gain_adds_the_cost():
    found = told(a_result([[-10.0, -10.0, 5.0, 5.0], [-10.0, -10.0, 7.0, 7.0]], [20.0, 20.0]))
    net = WORTH @ [-10.0, -10.0, 6.0, 6.0]
    assert found["net_gain"][0] == pytest.approx(net)
    assert found["cost"] == pytest.approx((20.0, 20.0, 20.0))
    assert found["gain"][0] == pytest.approx(net + 20.0)
    assert found["return"][0] == pytest.approx(net / 20.0)
    assert found["customer_value"] == pytest.approx((3.0, 3.0, 3.0))
    assert list(found) == list(QUANTITIES)


def test_points_held_at_the_end_are_taken_off_at_what_they_are_expected_to_cost_once():
    settled = {"points_redeemed": [[0.0, 0.0, 30.0, 0.0]], "points_expired": [[0.0, 0.0, 0.0, 10.0]]}
    held = {"points_redeemable": [[0.0, 0.0, 0.0, 8.0]], "points_liability": [[0.0, 0.0, 0.0, 12.0]]}
    result = a_result([[1.0, 1.0, 1.0, 1.0]], [5.0], **settled, **held, breakage=[[0.0, 0.0, 0.0, 3.0]])
    found = told(result)
    assert found["net_gain"][0] == pytest.approx(WORTH.sum() - WORTH[3] * 8.0 * 0.75)
    assert found["points_liability"][0] == 12.0  # at face value, breakage to come not taken off
    assert found["breakage"][0] == pytest.approx(3.0 * WORTH[3])
    so_far = net_gain_so_far(result)[1, 0]
    assert so_far[:3] == pytest.approx(np.cumsum(WORTH)[:3])  # nothing was held yet
    assert so_far[3] == pytest.approx(found["net_gain"][0])


def test_the_expected_cost_of_points_in_the_gain_is_that_in_the_cost(small_spec):
    """The books of both would not close if one expected other redemptions than the other."""
    from sim.experiments.costs import costs
    from sim.market.market import Market
    from sim.market.record.weekly import WeeklyTable

    table, spec = WeeklyTable(), small_spec(finance={"discount_rate": RATE})
    market = Market(spec, seed=3, burn_in=0, recorders=[table])
    for _ in range(8):
        market.step()
    weekly = {name: np.array([[table.column(name)]] * 2) for name in MEASURES}
    weekly = {name: np.where(np.arange(2)[:, None, None, None] == 0, 0.0, values) for name, values in weekly.items()}
    result = dataclasses.replace(
        a_result([[0.0] * 4], [0.0]), weekly=weekly, weeks=np.arange(8), focal="bolt",
        brands=tuple(spec.brands), window={name: np.zeros((2, 1, 4)) for name in WINDOW_MEASURES},
    )  # fmt: skip
    earned = discounts(np.arange(8), RATE) @ table.column("contribution")[:, 1]
    owed = costs(table, spec, 1)["outstanding_points"]
    assert owed > 0
    assert per_replicate(result)["net_gain"][1, 0] == pytest.approx(earned - owed)


def test_an_arm_that_saves_money_or_costs_nothing_has_no_return():
    for cost in (0.0, -5.0):
        assert np.isnan(told(a_result([[1.0] * 4, [2.0] * 4], [cost, cost]))["return"]).all()


def test_one_replicate_has_no_intervals():
    found = told(a_result([[1.0] * 4], [5.0]))
    assert all(math.isnan(low) and math.isnan(high) for name, (_, low, high) in found.items() if name != "payback_week")
    assert found["return"][0] == pytest.approx(WORTH.sum() / 5.0)


# --- the interval of a return


def test_fieller_is_students_t_where_the_cost_is_certain():
    gains = np.array([3.0, 5.0, 4.0, 8.0, 1.0])
    known = stats.ttest_1samp(gains, 0.0).confidence_interval(0.95)
    assert ratio_of_means(gains, np.full(5, 4.0)) == pytest.approx((gains.mean() / 4, known.low / 4, known.high / 4))


def test_fieller_ends_where_a_paired_t_test_just_refuses():
    random = np.random.default_rng(2)
    below = random.normal(10.0, 4.0, 8)
    above = 2.0 * below + random.normal(0.0, 5.0, 8)
    _, low, high = ratio_of_means(above, below)
    for end in (low, high):
        assert stats.ttest_1samp(above - end * below, 0.0).pvalue == pytest.approx(0.05)


def test_a_cost_that_may_be_nothing_by_chance_gives_the_ratio_without_limits():
    value, low, high = ratio_of_means(np.array([1.0, 2.0, 3.0]), np.array([-5.0, 1.0, 6.0]))
    assert value == pytest.approx(3.0)
    assert np.isnan([low, high]).all()


def test_fieller_covers_the_truth_95_times_in_a_hundred_though_costs_vary_by_half():
    random, runs = np.random.default_rng(8), 4000
    below = random.normal(10.0, 4.0, (runs, 10))
    above = 0.5 * below + random.normal(-8.0, 3.0, (runs, 10))
    found = [ratio_of_means(a, b) for a, b in zip(above, below, strict=True)]
    truth = 0.5 - 0.8
    covered = np.mean([math.isnan(low) or low <= truth <= high for _, low, high in found])
    assert abs(covered - 0.95) <= 4 * np.sqrt(0.95 * 0.05 / runs)  # four standard errors of a share


# --- payback


@pytest.mark.parametrize(
    ("so_far", "week"),
    [
        ([-3, -1, 0, 2], 2),
        ([0, 0, 0, 0], 0),
        ([0, -1, -2, -1], math.nan),
        ([1, -1, 1, 2], 2),  # for good, not for the time being
        ([1, 2, 3, -1], math.nan),
        ([-1, -1, -1, 0], 3),
    ],
)
def test_an_arm_has_paid_back_in_the_first_week_from_which_on_it_is_never_below_zero(so_far, week):
    found = payback_weeks(np.arange(4), np.array(so_far, np.float64))
    assert found == week or (math.isnan(week) and np.isnan(found))
    shifted = payback_weeks(np.arange(10, 14), np.array([so_far] * 2, np.float64))
    assert np.array_equal(shifted, np.full(2, 10.0 + week), equal_nan=True)


def test_the_payback_week_is_the_median_with_never_later_than_any_week():
    soon, late, never = [-1.0, 2.0, 0.0, 0.0], [-1.0, 0.0, 0.0, 2.0], [-1.0, 0.0, 0.0, 0.0]
    found = told(a_result([soon, late, never], [1.0, 1.0, 1.0]))
    assert found["payback_week"][:2] == (3.0, 1.0)
    assert np.isnan(found["payback_week"][2])
    assert found["paid_back"][0] == pytest.approx(2 / 3)
    found = told(a_result([soon, never, never], [1.0, 1.0, 1.0]))
    assert np.isnan(found["payback_week"][0])


# --- what is printed


def test_money_is_told_in_words_and_as_json():
    result = a_result([[-10.0, 12.0, 0.0, 0.0], [-10.0, 14.0, 0.0, 0.0]], [10.0, 10.0])
    said = money_text(result, money_of(result))
    assert "one: from week 1 on (median), in 2 of 2 replicates" in said
    assert "return (net gain/cost)" in said
    assert "points" not in said.replace("points held put aside", "")  # nobody has any
    assert "nan" not in said
    never = a_result([[-1.0, 0.0, 0.0, 0.0]], [1.0])
    assert "one: never within 4 weeks" in money_text(never, money_of(never))
    (row,) = money_json(money_of(never))
    assert set(row) == {"arm", *QUANTITIES}
    assert row["payback_week"] == {"value": None, "low": None, "high": None}
    assert row["net_gain"] == {"value": pytest.approx(-1.0), "low": None, "high": None}


# --- what a customer is worth


def some_customers(margin: np.ndarray, units: np.ndarray, number: list[int]) -> Customers:
    """Make the record of customers who leave these margins (W, B) for these units."""
    made = Customers()
    made.number = np.array(number)
    made.weeks, made.margin, made.units = list(range(len(margin))), list(margin), list(units)
    return made


def test_customers_who_buy_evenly_for_ever_are_worth_the_perpetuity():
    margin, units = np.tile([30.0, 0.0], (60, 1)), np.tile([15, 0], (60, 1))
    found = customer_values(some_customers(margin, units, [10, 0]), 0.08, (30, 50))
    d = weekly_rate(0.08)
    closed = always_a_share(2.0, 3.0, 0.5, d)  # 2 a unit, 3 purchases of the category a week, every other one ours
    assert found["customer_value_closed_form"][0] == pytest.approx(closed)
    assert found["customer_value"][0] == pytest.approx(closed * (1.0 + d))  # the first money comes at once
    assert np.isnan([values[1] for values in found.values()]).all()  # a brand that nobody bought


def test_after_the_run_the_mean_of_its_last_half_year_lasts_for_ever():
    margin = np.concatenate([np.full(40, 5.0), np.tile([1.0, 3.0], LAST_WEEKS // 2)])[:, None]
    found = customer_values(some_customers(margin, margin.astype(int), [1]), 0.08, (0, 40))
    d, v = weekly_rate(0.08), 1.0 / 1.08 ** (1 / 52)
    inside = sum(money * v**week for week, money in enumerate(margin[:, 0]))
    assert found["customer_value"][0] == pytest.approx(inside + v ** (len(margin) - 1) * 2.0 / d)
    assert found["customer_value_closed_form"][0] == pytest.approx(5.0 / d)
    assert until(5.0, 40, d) == pytest.approx(sum(5.0 * v**week for week in range(40)))
    assert until(5.0, 40, 0.0) == 200.0


def test_without_discounting_money_for_ever_has_no_finite_worth():
    ones = np.ones((5, 1))
    assert np.isnan(customer_values(some_customers(ones, ones, [1]), 0.0, (0, 5))["customer_value"]).all()
