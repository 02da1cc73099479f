"""Benchmarks: `pytest tests/benchmarks --benchmark-enable`; without that flag each runs once, as a smoke test.

Speed is told as ratios within one run and never tested against a clock.
"""

import numpy as np
import pytest

from sim.experiments.steady import settled
from sim.market.market import Market
from sim.market.record.weekly import WeeklyTable
from sim.scenario.load import load_scenario

SHOPPERS = 20_000


def build(name, threads=1):
    scenario = load_scenario(name, [f"shoppers={SHOPPERS}"])
    spec = settled(scenario.market, scenario.behaviours)
    recorders = [WeeklyTable()] if spec.record.preference_every else []
    return Market(spec, scenario.behaviours, seed=1, burn_in=0, threads=threads, recorders=recorders)


@pytest.mark.parametrize("name", ["benchmarks/w1", "markets/base"])
def test_a_week_of_a_market(benchmark, name):
    market = build(name)
    market.step()
    benchmark(market.step)
    assert market.tally.units.sum() == market.tally.trips[0] - market.tally.postponed_visits[0] > 0


def numpy_week(state, random):
    """The reference workload's week in whole-array NumPy, as a yardstick that runs in the same session."""
    shops = np.flatnonzero(random.random(SHOPPERS, dtype=np.float32) < state["rate"])
    quotes = random.random((len(shops), 8, 3), dtype=np.float32).min(axis=2) * 0.2 + 0.9
    utility = state["memory"][shops] - state["beta"][shops, None] * quotes * state["price"]
    noise = random.standard_exponential((len(shops), 8), dtype=np.float32)
    choice = (utility - np.log(np.maximum(noise, 1e-30))).argmax(axis=1)
    felt = state["quality"][choice] + 0.5 * random.standard_normal(len(shops), dtype=np.float32)
    state["memory"][shops, choice] += 0.2 * (felt - state["memory"][shops, choice])
    return len(shops)


def test_the_same_without_talk_reviews_and_points_in_numpy(benchmark):
    random = np.random.default_rng(1)
    state = {
        "rate": np.minimum(random.gamma(2.0, 0.25, SHOPPERS), 1.0).astype(np.float32),
        "memory": np.zeros((SHOPPERS, 8), np.float32),
        "beta": random.lognormal(np.log(0.3), 0.4, SHOPPERS).astype(np.float32),
        "price": np.array([8.0, 8.5, 9.0, 9.5, 10.0, 10.5, 11.0, 12.0], np.float32),
        "quality": np.array([-0.6, -0.4, -0.1, 0.0, 0.2, 0.3, 0.5, 0.9], np.float32),
    }
    visits = benchmark(numpy_week, state, random)
    assert 0.4 * SHOPPERS < visits < 0.55 * SHOPPERS
