"""The paired what-if: each arm less another, replicate by replicate, with intervals."""

import numpy as np
import pytest
from scipy import stats

from sim.errors import UsageError
from sim.experiments.compare import differences, interval
from sim.experiments.result import COST_PARTS, METRICS, WINDOW_MEASURES, Arms, Result
from sim.market.record.weekly import MEASURES


def a_result(replicates=6, seed=1) -> Result:
    """Make a result of three arms and two brands from random numbers."""
    random = np.random.default_rng(seed)
    shape = (3, replicates, 8, 2)
    return Result(
        name="made", title="", question="", focal="acme", arms=Arms(("baseline", "one", "two"), ("b", "1", "2")),
        brands=("acme", "bolt"), brand_labels=("Acme", "Bolt"), retailers=("shop",), weeks=np.arange(8),
        compared_weeks=(2, 6), weekly={name: random.normal(size=shape) for name in MEASURES},
        window={name: random.normal(size=(3, replicates, 2)) for name in WINDOW_MEASURES},
        costs={part: random.normal(size=(3, replicates)) for part in COST_PARTS}, panels=[], scenario_toml="",
        seeds=tuple(range(replicates)),
    )  # fmt: skip


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_the_interval_is_student_s(level):
    values = np.random.default_rng(3).normal(2.0, 5.0, 9)
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(level)
    assert interval(values, level) == pytest.approx((values.mean(), expected.low, expected.high), rel=1e-12)


def test_differences_are_paired_replicate_by_replicate_as_scipy_pairs_them():
    result = a_result()
    rows = differences(result)
    assert len(rows) == 2 * 2 * len(METRICS)
    for d in rows:
        arm, brand = result.arms.keys.index(d.arm), result.brands.index(d.brand)
        values = result.metric(d.metric)[:, :, brand]
        paired = stats.ttest_rel(values[arm], values[0]).confidence_interval(0.95)
        assert (d.low, d.high) == pytest.approx((paired.low, paired.high), rel=1e-9)
        assert (d.baseline, d.value) == pytest.approx((values[0].mean(), values[arm].mean()), rel=1e-12)
        assert d.difference == pytest.approx(d.value - d.baseline, rel=1e-9)


def test_differences_come_arm_by_arm_then_brand_by_brand_then_in_the_order_of_metrics():
    rows = differences(a_result(), metrics=["revenue", "market_share"])
    assert [(d.arm, d.brand, d.metric) for d in rows] == [
        (arm, brand, metric)
        for arm in ("one", "two")
        for brand in ("acme", "bolt")
        for metric in ("revenue", "market_share")
    ]


def test_against_another_arm_the_signs_turn():
    result = a_result()
    forth = {(d.brand, d.metric): d for d in differences(result) if d.arm == "two"}
    for d in differences(result, against="two"):
        if d.arm == "baseline":
            other = forth[d.brand, d.metric]
            assert (d.difference, d.low, d.high) == pytest.approx((-other.difference, -other.high, -other.low))


def test_the_compared_weeks_are_the_window_and_no_others():
    result = a_result()
    assert result.metric("revenue") == pytest.approx(result.weekly["revenue"][:, :, 2:6].mean(axis=2))
    polled = result.weekly["preference_share"]
    polled[:, :, [0, 1, 2, 4, 5, 6]] = np.nan
    assert result.metric("preference_share") == pytest.approx(polled[:, :, 3])
    polled[:] = np.nan
    assert np.isnan(result.metric("preference_share")).all()


def test_replicates_without_a_value_are_left_out_and_one_alone_has_no_interval():
    values = np.array([1.0, np.nan, 3.0, 5.0])
    assert interval(values) == pytest.approx(interval(values[[0, 2, 3]]))
    mean, low, high = interval(np.array([4.0, np.nan]))
    assert mean == 4.0
    assert np.isnan([low, high]).all()
    assert np.isnan(interval(np.array([np.nan]))).all()


def test_an_interval_of_95_percent_covers_the_truth_95_times_in_a_hundred():
    random = np.random.default_rng(8)
    runs = 4000
    found = [interval(random.normal(1.0, 2.0, 5)) for _ in range(runs)]
    covered = np.mean([low <= 1.0 <= high for _, low, high in found])
    assert abs(covered - 0.95) <= 4 * np.sqrt(0.95 * 0.05 / runs)  # four standard errors of a share


def test_an_unknown_arm_or_metric_is_told_with_those_there_are():
    with pytest.raises(UsageError, match="no arm 'three'; there are baseline, one, two"):
        differences(a_result(), against="three")
    with pytest.raises(UsageError, match="no metric 'fame'; there are preference_share"):
        differences(a_result(), metrics=["fame"])
