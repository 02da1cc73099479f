"""Chance: the published generator, bit for bit, and draws that depend on nothing but what they are for."""

import zlib
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.market import chance, draws, fastmath
from sim.market.chance import clock, derive, key, normals, philox, purpose, uniforms, unit, words

ERRORS = 4.5
"""Standard errors allowed: a true law fails once in 150,000 looks, and seeds are fixed."""

ONES = 0xFFFFFFFF
PUBLISHED = [  # Random123, file kat_vectors, philox4x32 with 10 rounds: counter, key, words
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
EVERYBODY = np.arange(40_000)


def stream(seed=7, name="test/one", at=0, index=0, lane=0, who=EVERYBODY) -> np.ndarray:
    """Return uniforms made of one word each, as kernels make them."""
    return np.array(words(seed, name, who, at=at, index=index)[lane] >> 9, np.float64) * 2.0**-23 + 2.0**-24


# --- known answers


@pytest.mark.parametrize(("counter", "cipher", "expected"), PUBLISHED, ids=["zeros", "ones", "digits of pi"])
@pytest.mark.parametrize("made", ["compiled", "plain Python"])
def test_the_generator_gives_the_published_words(made, counter, cipher, expected):
    generator = philox if made == "compiled" else philox.py_func
    found = generator(*(np.uint64(word) for word in (*counter, *cipher)))
    assert tuple(int(word) for word in found) == expected


@settings(max_examples=25, deadline=None)
@given(st.tuples(*[st.integers(0, ONES)] * 6))
def test_the_compiled_generator_equals_plain_python_on_any_counter(numbers):
    given_words = [np.uint64(n) for n in numbers]
    assert [int(w) for w in philox(*given_words)] == [int(w) for w in philox.py_func(*given_words)]


def test_drawn_words_are_those_of_shopper_clock_index_and_purpose():
    seed, who = 0x1234_5678_9ABC_DEF0, np.array([0, 5, 2**31])
    found = words(seed, "test/one", who, at=-3, index=9)
    for column, shopper in enumerate(who):
        expected = philox.py_func(np.uint64(shopper), clock(-3), np.uint64(9), purpose("test/one"), *key(seed))
        assert found[:, column].tolist() == [int(word) for word in expected]
    assert key(seed) == (0x9ABC_DEF0, 0x1234_5678)
    assert purpose("test/one") == zlib.crc32(b"test/one")


@pytest.mark.parametrize("function", [unit, unit.py_func], ids=["compiled", "plain Python"])
def test_a_unit_lies_strictly_between_zero_and_one_at_the_extreme_words(function):
    least, most = function(np.uint64(0)), function(np.uint64(ONES))
    assert np.float32(least) == np.float32(2.0**-24)
    assert np.float32(most) == np.float32(1.0 - 2.0**-24)
    assert 0.0 < np.float32(least) < np.float32(most) < 1.0


@pytest.mark.parametrize("word", [0, ONES])
def test_uniforms_and_normals_are_sound_at_the_extreme_words(monkeypatch, word):
    monkeypatch.setattr(chance, "words", lambda *_, **__: np.full((4, 1), word, np.uint32))
    u = uniforms(1, "test/one", np.arange(1))
    assert (u > 0.0).all()
    assert (u < 1.0).all()
    assert np.isfinite(normals(1, "test/one", np.arange(1))).all()


def test_gumbel_and_normal_noise_are_finite_at_the_extreme_units():
    least, most = (np.float32(unit.py_func(np.uint64(word))) for word in (0, ONES))
    found = [fastmath.gumbel(least), fastmath.gumbel(most)]
    # u is 2^-24 or 1 - 2^-24, so -ln(-ln u) is -ln(24 ln 2) or 24 ln 2 but for 2^-25; float32 keeps 2^-19 near 16
    assert found[0] == pytest.approx(-np.log(24 * np.log(2)), abs=1e-5)
    assert found[1] == pytest.approx(24 * np.log(2), abs=1e-5)
    assert all(np.isfinite(fastmath.normal(a, b)) for a in (least, most) for b in (least, most))


# --- no state


def test_a_draw_depends_on_nothing_that_was_drawn_before_or_beside_it():
    some = np.array([17, 3, 39_999])
    alone = words(7, "test/one", some, at=4, index=2)
    words(7, "test/two", EVERYBODY)
    assert (words(7, "test/one", EVERYBODY, at=4, index=2)[:, some] == alone).all()


def test_clocks_of_weeks_and_rounds_never_meet():
    clocks = [int(clock(week, visit)) for week in range(-60, 400) for visit in range(chance.ROUNDS_A_WEEK)]
    assert len(set(clocks)) == len(clocks)
    assert max(clocks) <= ONES


def test_derived_seeds_are_distinct_and_fit_a_signed_64_bit_integer():
    seeds = [0, 1, 2, 2**32, 2**63 - 1]
    names = ["replicate", "matching", "steady", "network"]
    found = [derive(s, name, number) for s in seeds for name in names for number in range(500)]
    assert len(set(found)) == len(found)  # 10^4 of 2^63: two would meet by chance once in 10^11
    assert min(found) >= 0
    assert max(found) < 2**63
    assert derive(1, "replicate", 3) == derive(1, "replicate", 3)


# --- laws


def test_single_words_are_uniform_in_every_lane():
    bins = 100
    for lane in range(4):
        seen = np.bincount((stream(lane=lane) * bins).astype(int), minlength=bins)
        chi_square = ((seen - len(EVERYBODY) / bins) ** 2).sum() / (len(EVERYBODY) / bins)
        # a chi-square has mean k and variance 2k, k = bins - 1
        assert abs(chi_square - (bins - 1)) <= ERRORS * np.sqrt(2 * (bins - 1))


def test_every_bit_of_every_lane_is_set_half_of_the_time():
    drawn = words(7, "test/one", EVERYBODY)
    set_bits = np.array([[(lane >> bit & 1).mean() for bit in range(32)] for lane in drawn.astype(np.int64)])
    assert np.abs(set_bits - 0.5).max() <= ERRORS * 0.5 / np.sqrt(len(EVERYBODY))


def test_uniforms_of_53_bits_and_normals_follow_their_laws():
    for row in uniforms(3, "test/one", EVERYBODY):
        assert stats.kstest(row, "uniform").pvalue > 1e-4  # fixed seed; a true law fails once in 10^4
    assert stats.kstest(normals(3, "test/one", EVERYBODY), "norm").pvalue > 1e-4


NEIGHBOURS = {
    "itself": {},
    "another seed": {"seed": 8},
    "a seed that differs in its high half": {"seed": 7 + 2**32},
    "another purpose": {"name": "test/two"},
    "the next week": {"at": 1},
    "the week before": {"at": -1},
    "the next index": {"index": 1},
    "another lane": {"lane": 1},
    "the next shopper": {"who": EVERYBODY + 1},
}


@pytest.mark.parametrize(("one", "other"), list(combinations(NEIGHBOURS, 2)))
def test_draws_for_different_things_are_independent(one, other):
    a, b = stream(**NEIGHBOURS[one]), stream(**NEIGHBOURS[other])
    n, cells = len(a), 8
    assert abs(np.corrcoef(a, b)[0, 1]) <= ERRORS / np.sqrt(n)  # standard error of a correlation of nought
    joint = np.bincount((a * cells).astype(int) * cells + (b * cells).astype(int), minlength=cells**2)
    expected = np.outer(np.bincount((a * cells).astype(int)), np.bincount((b * cells).astype(int))).ravel() / n
    freedom = (cells - 1) ** 2
    assert abs(((joint - expected) ** 2 / expected).sum() - freedom) <= ERRORS * np.sqrt(2 * freedom)


def test_rounds_of_one_week_draw_anew():
    first, second = (
        np.array([int(philox(np.uint64(i), clock(5, r), np.uint64(0), purpose("x"), *key(1))[0]) for i in range(2000)])
        for r in (0, 1)
    )
    assert abs(np.corrcoef(first, second)[0, 1]) <= ERRORS / np.sqrt(2000)
    assert (first != second).all()


@pytest.mark.parametrize("shape", [0.02, 0.3, 1.0, 2.5, 40.0])
def test_log_gammas_follow_their_law_at_small_and_large_shapes(shape):
    out = np.empty((20_000, 1))
    draws.log_gammas(5, "test/gamma", 20_000, np.array([shape]), out)
    law = stats.loggamma(shape)  # the law of ln G itself, safe where G would be 0
    assert np.isfinite(out).all()
    assert stats.kstest(out[:, 0], law.cdf).pvalue > 1e-4


def test_betas_and_lognormals_have_the_mean_and_spread_asked_for():
    n = 40_000
    expertise = draws.betas(5, "test/beta", n, 0.3, 0.2)
    assert abs(expertise.mean() - 0.3) <= ERRORS * 0.2 / np.sqrt(n)
    kurtosis = stats.kurtosis(expertise, fisher=False)
    assert abs(expertise.var() - 0.04) <= ERRORS * 0.04 * np.sqrt((kurtosis - 1) / n)
    assert (draws.betas(5, "test/beta", 3, 0.3, 0.0) == 0.3).all()
    sensitivity = draws.lognormals(5, "test/lognormal", n, 4.7, 0.4)
    assert abs(sensitivity.mean() - 4.7) <= ERRORS * 4.7 * np.sqrt((np.exp(0.16) - 1) / n)
    assert abs(np.log(sensitivity).std() - 0.4) <= ERRORS * 0.4 / np.sqrt(2 * n)
