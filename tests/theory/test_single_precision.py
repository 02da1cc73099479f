"""Fast functions against numpy's and scipy's in double precision, compiled as they are inside kernels."""

import numpy as np
import pytest
from scipy import stats

from sim.market import fastmath
from sim.market.behaviours.loyalty_scheme import poisson_tail
from sim.market.compiled import kernel

ULP = float(np.finfo(np.float32).eps)
POSITIVE = np.concatenate(
    [np.logspace(-37, 38, 20_001), np.linspace(0.5, 2, 20_001), 1 + np.linspace(-1e-3, 1e-3, 2001)]
).astype(np.float32)  # fmt: skip
UNITS = ((np.arange(2**12) + 0.5) / 2**12).astype(np.float32)


@kernel
def _ln(x, out):
    for j in range(x.size):
        out[j] = fastmath.ln(x[j])


@kernel
def _exp(x, out):
    for j in range(x.size):
        out[j] = fastmath.exp(x[j])


@kernel
def _cos_turn(x, out):
    for j in range(x.size):
        out[j] = fastmath.cos_turn(x[j])


@kernel
def _sigmoid(x, out):
    for j in range(x.size):
        out[j] = fastmath.sigmoid(x[j])


@kernel
def _tanh(x, out):
    for j in range(x.size):
        out[j] = fastmath.tanh(x[j])


@kernel
def _gumbel(x, out):
    for j in range(x.size):
        out[j] = fastmath.gumbel(x[j])


@kernel
def _normal(first, second, out):
    for j in range(first.size):
        out[j] = fastmath.normal(first[j], second[j])


@kernel
def _poisson_tail(means, least, out):
    for j in range(means.size):
        out[j] = poisson_tail(means[j], least[j])


def compute(loop, *given):
    given = [np.ascontiguousarray(x, np.float32) for x in given]
    out = np.empty(given[0].size, np.float32)
    loop(*given, out)
    return out.astype(np.float64)


def test_logarithms_are_right_to_two_units_in_the_last_place():
    exact = np.log(POSITIVE.astype(np.float64))
    assert np.all(np.abs(compute(_ln, POSITIVE) - exact) <= 2 * ULP * np.maximum(np.abs(exact), 0.02))


def test_exponentials_are_right_to_four_units_in_the_last_place():
    """Beyond 87 below and 88 above they are cut, so that nothing overflows or becomes zero."""
    x = np.linspace(-87, 88, 40_001).astype(np.float32)
    exact = np.exp(x.astype(np.float64))
    assert np.all(np.abs(compute(_exp, x) / exact - 1) <= 4 * ULP)
    beyond = compute(_exp, np.array([-1e30, -200.0, 89.0, 1e30]))
    assert np.all(np.isfinite(beyond))
    assert beyond[:2] == pytest.approx([np.exp(-87.0)] * 2, rel=1e-5)
    assert beyond[2:] == pytest.approx([np.exp(88.0)] * 2, rel=1e-5)


def test_the_cosine_of_turns_is_right_to_a_few_ten_millionths():
    t = np.linspace(0, 1, 40_001).astype(np.float32)
    assert np.abs(compute(_cos_turn, t) - np.cos(2 * np.pi * t.astype(np.float64))).max() <= 6 * ULP


def test_logistic_and_hyperbolic_tangent_are_right_and_never_leave_their_range():
    x = np.concatenate([np.linspace(-20, 20, 20_001), [-1e9, -300, 300, 1e9]]).astype(np.float32)
    wide = x.astype(np.float64)
    logistic, tangent = compute(_sigmoid, x), compute(_tanh, x)
    assert np.abs(logistic - 1 / (1 + np.exp(-np.clip(wide, -700, 700)))).max() <= 4 * ULP
    assert np.abs(tangent - np.tanh(wide)).max() <= 4 * ULP
    assert np.all((logistic >= 0) & (logistic <= 1))
    assert np.all(np.abs(tangent) <= 1)


def test_gumbel_noise_is_the_quantile_of_its_law():
    """Near u = 1 the noise magnifies the rounding of u itself, so u is taken as the single precision it is."""
    u = np.concatenate([UNITS, [2.0**-24, 1 - 2.0**-24, 1 - 2.0**-20]]).astype(np.float32)
    exact = stats.gumbel_r.ppf(u.astype(np.float64))
    assert np.abs(compute(_gumbel, u) - exact).max() <= 1e-5
    assert np.all(np.isfinite(compute(_gumbel, u)))


def test_normal_noise_follows_box_and_muller():
    first, second = (grid.ravel() for grid in np.meshgrid(UNITS[::16], UNITS[::16]))
    wide = first.astype(np.float64), second.astype(np.float64)
    exact = np.sqrt(-2 * np.log(wide[0])) * np.cos(2 * np.pi * wide[1])
    assert np.abs(compute(_normal, first, second) - exact).max() <= 5e-6


@pytest.mark.parametrize("least", [1, 2, 3, 5, 10, 20, 40])
def test_the_chance_to_reach_a_reward_is_the_poisson_tail_within_a_hundredth(least):
    means = np.linspace(0, 3 * least, 1001)
    found = compute(_poisson_tail, means, np.full(1001, least))
    assert np.abs(found - stats.poisson.sf(least - 1, means)).max() <= 0.01


def test_the_chance_to_reach_a_reward_rises_with_the_pace_and_falls_with_what_is_missing():
    means = np.linspace(0.1, 40, 400)
    tails = np.array([compute(_poisson_tail, means, np.full(400, n)) for n in (1, 2, 3, 5, 8, 13, 21)])
    assert np.all(np.diff(tails, axis=1) >= -ULP)
    assert np.all(np.diff(tails, axis=0) <= ULP)
    assert np.all((tails >= 0) & (tails <= 1))
