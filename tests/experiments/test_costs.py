"""What an arm costs, part by part, and arms that are made to cost the same."""

import numpy as np
import pytest

from sim.experiments.compare import arm_costs
from sim.experiments.costs import costs, total
from sim.experiments.result import COST_PARTS, Result
from sim.experiments.run import run_scenario
from sim.market.record.weekly import WeeklyTable
from sim.measure.lifetime_value import discounts
from sim.scenario import LoadedScenario, parse_scenario

# --- what an arm costs


def a_table(**columns: list[float]) -> WeeklyTable:
    """Make a weekly table of one brand in which only some measures are not nought."""
    table = WeeklyTable()
    weeks = len(next(iter(columns.values())))
    table.weeks = list(range(weeks))
    for name in table.rows:
        table.rows[name] = [np.array([value]) for value in columns.get(name, [0.0] * weeks)]
    return table


def test_every_part_of_the_cost_is_discounted_week_by_week(small_spec):
    spec = small_spec(finance={"discount_rate": 0.1})
    paid = {"lever_spend": 7.0, "administration": 3.0, "reward_cost": 2.0, "price_reduction": 5.0}
    found = costs(a_table(**{name: [money] * 53 for name, money in paid.items()}), spec, 0)
    worth = sum(1.1 ** (-week / 52) for week in range(53))
    assert discounts(np.arange(53), 0.1)[[0, 52]] == pytest.approx([1.0, 1 / 1.1])
    assert found == pytest.approx(
        {
            "lever_spend": 7.0 * worth,
            "administration": 3.0 * worth,
            "rewards": 2.0 * worth,
            "outstanding_points": 0.0,
            "price_reduction": 5.0 * worth,
        }
    )
    assert total(found) == pytest.approx(17.0 * worth)
    assert set(found) == set(COST_PARTS)


@pytest.mark.parametrize(
    ("redeemed", "expired", "used"), [(30.0, 10.0, 0.75), (0.0, 0.0, 1.0), (0.0, 5.0, 0.0)],
    ids=["three in four redeemed", "none settled yet", "all expired"],
)  # fmt: skip
def test_points_outstanding_count_as_far_as_points_were_redeemed_so_far(small_spec, redeemed, expired, used):
    spec = small_spec(brands={"acme": {"share": 0.4, "price": 5.0, "scheme": {"reward_rate": 0.1, "reward_cost": 0.6}}})
    table = a_table(
        points_redeemed=[redeemed, 0.0], points_expired=[0.0, expired],
        points_redeemable=[99.0, 40.0],
        points_liability=[120.0, 60.0],
    )  # fmt: skip
    found = costs(table, spec, 0)["outstanding_points"]
    assert found == pytest.approx(40.0 * used * 1.08 ** (-1 / 52))  # what it costs the brand is in the column


def test_goods_sold_and_sales_won_are_no_cost(small_spec):
    table = a_table(goods_cost=[5.0] * 4, norm_spend=[3.0] * 4, revenue=[50.0] * 4, contribution=[40.0] * 4)
    assert total(costs(table, small_spec(), 0)) == 0.0


MARKET = """
title = "What things cost"
weeks = 26
burn_in = 12
run_off_weeks = 14
shoppers = 4000
replicates = 6
seed = 5
focal = "acme"
record = { panel = 0, preference_every = 0 }
category = { purchase_rate = 0.5 }

brands.acme = { share = 0.5, price = 5.0, scheme = { threshold = 3.0, expiry_weeks = 8 } }
brands.bolt = { share = 0.3, price = 4.0 }
brands.crest = { share = 0.2, price = 6.0 }
retailers.corner = {}
retailers.depot = {}

[calibrated]
constants = { acme = 0.0, bolt = 0.0, crest = 0.0 }
taste_concentration = 2.0
satisfaction_centre = -0.1
talk_centre = 0.2
reviews = { acme = [1, 1, 1, 1, 1], bolt = [1, 1, 1, 1, 1], crest = [1, 1, 1, 1, 1] }
"""
ARMS = """
[arms.points]
interventions = [{ brand = "acme", set = { "scheme.reward_rate" = 0.05 } }]
[arms.cut]
interventions = [{ brand = "acme", from_week = 3, to_week = 13, set = { price = 4.5 } }]
[arms.experience]
cost_matched_to = "points"
interventions = [{ brand = "acme", ramp_weeks = 4, spend = { usage = 2.0, transaction = 1.0 } }]
[arms.both]
cost_matched_to = "experience"
scales = ["spend"]
interventions = [{ brand = "acme", set = { price = 4.97 }, spend = { usage = 1.0 } }]
"""


def run(arms: str, changes: str = "", **options) -> Result:
    return run_scenario(LoadedScenario(parse_scenario(changes + MARKET + arms), "made", ()), **options)


@pytest.fixture(scope="module")
def result() -> Result:
    return run(ARMS, window=8)


def arm(result: Result, key: str) -> int:
    return result.arms.keys.index(key)


def test_the_parts_of_a_cost_are_those_of_the_weekly_table(result):
    worth = discounts(result.weeks, 0.08)
    measured = {"lever_spend": "lever_spend", "rewards": "reward_cost", "price_reduction": "price_reduction"}
    for part, measure in measured.items():
        money = np.einsum("w,arw->ar", worth, result.weekly[measure][..., 0])
        assert result.costs[part] == pytest.approx(money - money[0], abs=1e-6)
    assert (result.costs["price_reduction"][arm(result, "cut")] > 0).all()
    assert (result.costs["rewards"][arm(result, "points")] > 0).all()
    assert (result.costs["lever_spend"][arm(result, "experience")] > 0).all()


def test_a_price_cut_costs_what_the_brand_gets_less_for_what_it_sells(result):
    """At 4.50 instead of 5.00 a ninth of what it gets."""
    revenue = result.weekly["revenue"][arm(result, "cut"), ..., 0]
    off = np.where((result.weeks >= 3) & (result.weeks < 13), 5.0 / 4.5 - 1.0, 0.0)
    money = (revenue * off * discounts(result.weeks, 0.08)).sum(axis=1)
    assert result.costs["price_reduction"][arm(result, "cut")] == pytest.approx(money)


def test_what_a_reward_costs_the_brand_scales_rewards_and_what_is_outstanding_alike():
    """A reward in goods costs less than its face value; shoppers see no difference."""
    terms = '"scheme.reward_rate" = 0.05, "scheme.threshold" = 3.0'
    arms = f"""
    [arms.vouchers]
    interventions = [{{ brand = "acme", set = {{ {terms} }} }}]
    [arms.goods]
    interventions = [{{ brand = "acme", set = {{ {terms}, "scheme.reward_cost" = 0.5 }} }}]
    """
    text = MARKET.replace("shoppers = 4000", "shoppers = 500").replace("run_off_weeks = 14", "run_off_weeks = 0")
    found = run_scenario(LoadedScenario(parse_scenario(text + arms), "made", ()))
    for part in ("rewards", "outstanding_points"):
        vouchers, goods = found.costs[part][1:]
        assert (vouchers > 0).all()
        assert goods == pytest.approx(0.5 * vouchers), part


def test_the_baseline_costs_nothing_and_parts_sum_to_the_cost(result):
    rows = arm_costs(result)
    assert [row["arm"] for row in rows] == ["baseline", "points", "cut", "experience", "both"]
    assert set(COST_PARTS) < set(result.costs)  # and what behaviours declare
    assert rows[0] == {"arm": "baseline", "cost": 0.0, **dict.fromkeys(result.costs, 0.0)}
    for row in rows:
        assert row["cost"] == pytest.approx(sum(row[part] for part in result.costs))


# --- arms that cost the same


def test_matched_arms_cost_the_same_on_fresh_seeds_within_three_percent(result):
    paid = sum(result.costs.values())  # (arms, replicates)
    mean, error = paid.mean(axis=1), paid.std(axis=1, ddof=1) / np.sqrt(result.replicates)
    for matched, goal in (("experience", "points"), ("both", "experience")):
        a, b = arm(result, matched), arm(result, goal)
        # four calibration seeds and six fresh ones: their luck stays well within the three percent
        assert np.hypot(error[b] * np.sqrt(1 + 6 / 4), error[a]) < 0.01 * mean[b]
        assert mean[a] == pytest.approx(mean[b], rel=0.03)


def test_matching_keeps_the_weights_and_scales_all_of_them(result):
    spent = result.weekly["lever_spend"][arm(result, "experience"), 0, :, 0]
    full = spent[result.weeks == 20][0]
    assert spent[result.weeks < 5] == pytest.approx(full * np.array([0, 0.25, 0.5, 0.75, 1.0]))
    assert spent[result.weeks >= 26] == pytest.approx(0.0)


def test_a_matched_arm_says_what_it_spends_in_the_resolved_scenario(result):
    again = parse_scenario(result.scenario_toml)
    assert again.arms["experience"].cost_matched_to == "points"
    assert again.calibrated is not None


def test_only_what_the_focal_brand_spends_can_be_matched():
    """The cost of an arm is the focal brand's: money of its rivals must not be taken for its own."""
    arms = """
    [arms.points]
    interventions = [{ brand = "acme", set = { "scheme.reward_rate" = 0.05 } }]
    [arms.fight]
    cost_matched_to = "points"
    interventions = [
      { brand = "acme", spend = { usage = 1.0 } },
      { brand = "bolt", spend = { usage = 1.0 } },
    ]
    """
    scenario = parse_scenario(MARKET.replace("shoppers = 4000", "shoppers = 2000") + arms)
    found = run_scenario(LoadedScenario(scenario, "made", ()))
    paid = sum(found.costs.values()).mean(axis=1)
    assert paid[arm(found, "fight")] == pytest.approx(paid[arm(found, "points")], rel=0.05)
