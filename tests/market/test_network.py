"""Who listens to whom: every kind of network against its law, and against networkx where that has one."""

import zlib
from typing import get_args

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from sim.market.spec import Network
from sim.market.world.network import Ties, lay_ties, segments_of

KINDS = get_args(Network.model_fields["kind"].annotation)
SYMMETRIC = ("small_world", "scale_free")
ERRORS = 4.0
"""Standard errors allowed: a true law fails once in 16,000 seeds, and seeds are fixed."""


def edges(ties: Ties) -> np.ndarray:
    """Return who listens and to whom, shape (2, E)."""
    return np.array([np.repeat(np.arange(ties.shoppers), np.diff(ties.start)), ties.to])


def matrix(ties: Ties) -> csr_array:
    shape = (ties.shoppers, ties.shoppers)
    return csr_array((np.ones(ties.count), ties.to, ties.start), shape=shape)


def triangles(a: csr_array) -> float:
    return float((a @ a * a).sum() / 6)


def clustering(a: csr_array) -> float:
    """Return the mean over shoppers of the share of their pairs of contacts who are contacts of each other."""
    degree = a.sum(axis=1)
    closed = (a @ a * a).sum(axis=1)
    return float(np.mean(np.divide(closed, degree * (degree - 1), out=np.zeros_like(closed), where=degree > 1)))


def path_length(a: csr_array) -> float:
    steps = shortest_path(a, unweighted=True)
    return float(steps[np.isfinite(steps) & (steps > 0)].mean())


def apart(ours: list[float], theirs: list[float]) -> float:
    """Return how many standard errors two samples' means lie apart."""
    both = np.var(ours, ddof=1) / len(ours) + np.var(theirs, ddof=1) / len(theirs)
    return abs(np.mean(ours) - np.mean(theirs)) / np.sqrt(both)


# --- invariants


@given(
    kind=st.sampled_from(KINDS),
    shoppers=st.integers(1, 40),
    ties=st.integers(1, 60),
    share=st.one_of(st.sampled_from((0.0, 1.0)), st.floats(0, 1)),
    segments=st.integers(1, 60),
    seed=st.integers(0, 2**64 - 1),
)
@settings(max_examples=400, deadline=None, derandomize=True, database=None)
def test_nobody_listens_to_itself_or_twice_to_another_however_small_the_market(
    kind, shoppers, ties, share, segments, seed
):
    spec = Network(kind=kind, ties=ties, rewiring=share, homophily=share, segments=segments)
    laid = lay_ties(spec, shoppers, seed)
    assert (laid.start.dtype, laid.to.dtype, laid.shoppers) == (np.int64, np.int32, shoppers)
    assert (laid.start[0], laid.start[-1]) == (0, laid.count)
    for i in range(shoppers):
        row = laid.to[laid.start[i] : laid.start[i + 1]]
        assert np.all((row >= 0) & (row < shoppers) & (row != i))
        assert np.all(np.diff(row) > 0)  # ascending, so no doubles
    capped = min(ties, shoppers - 1)
    if kind == "none":
        assert laid.count == 0
    elif kind in SYMMETRIC:
        assert laid.count == 2 * (shoppers * capped // 2)
        a = matrix(laid)
        assert (a != a.T).nnz == 0
    else:
        assert np.all(np.diff(laid.start) == capped)


@pytest.mark.parametrize("ties", [1, 2, 3, 7, 8])
@pytest.mark.parametrize("kind", KINDS)
def test_shoppers_listen_to_as_many_others_on_average_as_the_market_says(kind, ties):
    laid = lay_ties(Network(kind=kind, ties=ties), 5001, 3)
    expected = 0 if kind == "none" else ties * 5001
    assert laid.count == expected - (expected % 2 if kind in SYMMETRIC else 0)  # there is no half a link
    listener, to = edges(laid)
    assert np.all(listener != to)
    assert np.all(np.diff(listener * 5001 + to) > 0)  # ascending within a shopper, long rows of hubs too


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "none"])
def test_the_same_seed_lays_the_same_bytes_and_another_seed_lays_others(kind):
    spec = Network(kind=kind)
    first, again, other = (lay_ties(spec, 3000, seed) for seed in (11, 11, 12))
    assert first.start.tobytes() == again.start.tobytes()
    assert first.to.tobytes() == again.to.tobytes()
    shared = matrix(first).multiply(matrix(other)).sum() / first.count
    # A small world's unmoved links, (1 - p)^2 of them, are on the same ring; else only early hubs meet by chance.
    assert shared == pytest.approx(0.81, abs=0.03) if kind == "small_world" else shared < 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_a_market_of_at_most_ties_plus_one_shoppers_is_one_circle_of_acquaintances(kind):
    for shoppers in (1, 2, 3, 9):
        laid = lay_ties(Network(kind=kind, ties=8), shoppers, 5)
        assert laid.count == (0 if kind == "none" else shoppers * (shoppers - 1))


# --- small world


def test_without_rewiring_shoppers_listen_to_their_neighbours_on_the_ring():
    laid = lay_ties(Network(rewiring=0.0, ties=4), 30, 1)
    listener, to = edges(laid)
    assert set(((to - listener) % 30).tolist()) == {1, 2, 28, 29}
    assert np.all(np.diff(laid.start) == 4)
    assert clustering(matrix(laid)) == pytest.approx(3 * (4 - 2) / (4 * (4 - 1)))  # Watts & Strogatz's C(0)


def test_an_odd_number_of_ties_gives_one_shopper_in_two_a_longer_reach():
    laid = lay_ties(Network(rewiring=0.0, ties=3), 30, 1)
    listener, to = edges(laid)
    ahead = (to - listener) % 30
    assert np.all(listener[ahead == 2] % 2 == 1)
    assert np.sum(ahead == 1) == 30
    assert np.sum(ahead == 2) == 15


@pytest.mark.parametrize("rewiring", [0.05, 0.2, 0.5])
def test_triangles_survive_rewiring_with_the_cube_of_the_share_that_stays(rewiring):
    """Barrat & Weigt 2000: a triangle of the ring survives if none of its three links moves."""
    shoppers, ties = 4000, 8
    spec = Network(ties=ties, rewiring=rewiring)
    ring = shoppers * ties * (ties - 2) / 8  # triangles of the ring, C(0) k (k - 1) / 6 a shopper
    counts = [triangles(matrix(lay_ties(spec, shoppers, seed))) for seed in range(12)]
    by_chance = ties**3 / 6  # moved links close triangles as in a random graph, so many whatever N
    error = np.std(counts, ddof=1) / np.sqrt(len(counts))
    assert abs(np.mean(counts) - ring * (1 - rewiring) ** 3) < ERRORS * error + by_chance


@pytest.mark.parametrize("rewiring", [0.02, 0.2, 1.0])
def test_a_small_world_clusters_and_connects_as_in_networkx(rewiring):
    shoppers, ties, seeds = 240, 6, range(16)
    spec = Network(ties=ties, rewiring=rewiring)
    ours = [matrix(lay_ties(spec, shoppers, seed)) for seed in seeds]
    theirs = [
        csr_array(nx.to_scipy_sparse_array(nx.watts_strogatz_graph(shoppers, ties, rewiring, seed=seed), dtype=float))
        for seed in seeds
    ]
    for measure in (clustering, path_length, lambda a: float(np.var(a.sum(axis=1)))):
        assert apart([measure(a) for a in ours], [measure(a) for a in theirs]) < ERRORS


def test_a_little_rewiring_shortens_paths_and_hardly_touches_clustering():
    ring, small = (matrix(lay_ties(Network(ties=8, rewiring=p), 1000, 2)) for p in (0.0, 0.02))
    assert clustering(small) > 0.9 * clustering(ring)  # 0.98^3 = .94
    assert path_length(small) < 0.3 * path_length(ring)  # Watts & Strogatz 1998, figure 2


def test_links_that_are_all_rewired_leave_half_of_them_to_chance_at_either_end():
    """At p = 1 a shopper keeps its own k/2 links, and gets a Poisson number with mean k/2 of others'."""
    shoppers, ties = 50_000, 8
    degree = np.diff(lay_ties(Network(ties=ties, rewiring=1.0), shoppers, 4).start)
    assert degree.min() >= ties // 2
    listeners = degree - ties // 2
    expected = stats.poisson.pmf(np.arange(12), ties / 2) * shoppers
    observed = np.bincount(np.minimum(listeners, 12), minlength=13)
    expected = np.append(expected, shoppers - expected.sum())
    assert stats.chisquare(observed, expected).pvalue > 1e-4


# --- scale-free


def test_the_degrees_of_a_scale_free_network_follow_the_law_of_preferential_attachment():
    """Dorogovtsev, Mendes & Samukhin 2000: P(k) = 2m(m+1)/(k(k+1)(k+2)), so P(K >= k) = m(m+1)/(k(k+1))."""
    shoppers, m = 200_000, 4
    degree = np.diff(lay_ties(Network(kind="scale_free", ties=2 * m), shoppers, 6).start)
    assert degree.min() == m
    for k in (5, 6, 8, 12, 20, 40, 80):
        law = m * (m + 1) / (k * (k + 1))
        assert abs(np.mean(degree >= k) - law) < ERRORS * np.sqrt(law * (1 - law) / shoppers)


@pytest.mark.parametrize("ties", [7, 8])
def test_the_tail_of_a_scale_free_network_has_exponent_three(ties):
    """Hill's estimator; the tail beyond x is near ((x + .5) / (K + 1))^2, so halves are added to whole numbers."""
    degree = np.diff(lay_ties(Network(kind="scale_free", ties=ties), 300_000, 8).start)
    least = 20
    tail = degree[degree >= least]
    exponent = 1 + len(tail) / np.sum(np.log((tail + 1.0) / (least + 0.5)))
    error = 2 / np.sqrt(len(tail))
    assert error < 0.03
    assert abs(exponent - 3) < ERRORS * error


def test_the_best_connected_shopper_grows_with_the_root_of_the_market():
    sizes, seeds = (1000, 64_000), range(10)
    spec = Network(kind="scale_free")
    ln = [[np.log(np.diff(lay_ties(spec, n, seed).start).max()) for seed in seeds] for n in sizes]
    slope = (np.array(ln[1]) - ln[0]) / np.log(sizes[1] / sizes[0])
    assert abs(np.mean(slope) - 0.5) < ERRORS * stats.sem(slope)


def test_a_scale_free_network_is_shaped_as_in_networkx():
    shoppers, m, seeds = 2000, 4, range(10)
    start = (2 * m + 2) / shoppers  # the two networks begin with other graphs of so many shoppers
    ours = [np.diff(lay_ties(Network(kind="scale_free", ties=2 * m), shoppers, s).start) for s in seeds]
    theirs = [np.array([d for _, d in nx.barabasi_albert_graph(shoppers, m, seed=s).degree()]) for s in seeds]
    for k in (5, 8, 16, 32):
        a, b = ([np.mean(degree >= k) for degree in sample] for sample in (ours, theirs))
        error = np.sqrt((np.var(a, ddof=1) + np.var(b, ddof=1)) / len(seeds))
        assert abs(np.mean(a) - np.mean(b)) < ERRORS * error + start
    assert apart([np.log(d.max()) for d in ours], [np.log(d.max()) for d in theirs]) < ERRORS


# --- homophily


@pytest.mark.parametrize(("homophily", "segments"), [(0.0, 4), (0.3, 2), (0.7, 4), (0.95, 7), (1.0, 3)])
def test_the_share_of_ties_within_the_segment_is_the_homophily_asked_for(homophily, segments):
    shoppers, ties = 20_003, 8
    spec = Network(kind="homophilous", ties=ties, homophily=homophily, segments=segments)
    laid, segment = lay_ties(spec, shoppers, 9), segments_of(shoppers, spec)
    listener, to = edges(laid)
    same = segment[listener] == segment[to]
    error = np.sqrt(homophily * (1 - homophily) / laid.count)
    assert abs(same.mean() - homophily) <= ERRORS * error
    a_shopper = np.bincount(listener[same], minlength=shoppers)  # binomial for each shopper, not only on average
    assert np.var(a_shopper) == pytest.approx(
        ties * homophily * (1 - homophily), abs=ERRORS * ties * homophily * np.sqrt(2 / shoppers)
    )


def test_ties_out_of_a_segment_go_evenly_to_all_other_shoppers():
    shoppers, segments = 20_002, 5
    spec = Network(kind="homophilous", homophily=0.5, segments=segments)
    laid, segment = lay_ties(spec, shoppers, 10), segments_of(shoppers, spec)
    listener, to = edges(laid)
    for own in range(segments):
        leaving = segment[to[(segment[listener] == own) & (segment[to] != own)]]
        sizes = np.bincount(segment) * (np.arange(segments) != own)
        observed = np.delete(np.bincount(leaving, minlength=segments), own)
        expected = np.delete(sizes / sizes.sum() * len(leaving), own)
        assert stats.chisquare(observed, expected).pvalue > 1e-4


def test_segments_are_equal_in_size_and_present_in_any_run_of_shoppers():
    spec = Network(segments=4)
    segment = segments_of(1003, spec)
    assert np.ptp(np.bincount(segment)) <= 1
    assert set(segment[500:504].tolist()) == {0, 1, 2, 3}
    assert segments_of(2, spec).tolist() == [0, 1]


def test_ties_that_a_small_segment_cannot_hold_go_outside():
    spec = Network(kind="homophilous", ties=5, homophily=1.0, segments=10)  # three shoppers a segment
    laid, segment = lay_ties(spec, 30, 1), segments_of(30, spec)
    listener, to = edges(laid)
    assert np.all(np.bincount(listener[segment[listener] == segment[to]]) == 2)
    assert np.all(np.diff(laid.start) == 5)


# --- complete mixing


def test_under_complete_mixing_listeners_are_poisson():
    shoppers, ties = 50_000, 8
    laid = lay_ties(Network(kind="complete_mixing", ties=ties), shoppers, 13)
    listeners = np.bincount(laid.to, minlength=shoppers)
    expected = stats.poisson.pmf(np.arange(1, 18), ties) * shoppers
    ends = stats.poisson.cdf(0, ties) * shoppers, stats.poisson.sf(17, ties) * shoppers
    observed = np.bincount(np.minimum(listeners, 18), minlength=19)
    assert stats.chisquare(observed, np.array([ends[0], *expected, ends[1]])).pvalue > 1e-4
    # The variance over the mean of N Poisson counts is 1 with standard error sqrt(2 / N).
    assert abs(np.var(listeners) / ties - 1) < ERRORS * np.sqrt(2 / shoppers)


def test_under_complete_mixing_every_set_of_others_is_equally_likely():
    spec = Network(kind="complete_mixing", ties=2)
    sets = [tuple(lay_ties(spec, 6, seed).to[4:6].tolist()) for seed in range(3000)]  # those of shopper 2
    found, times = np.unique(sets, axis=0, return_counts=True)
    assert len(found) == 10  # pairs of five others
    assert stats.chisquare(times).pvalue > 1e-4


# --- golden


@pytest.mark.parametrize(
    ("kind", "checksum"),
    [
        ("small_world", 703532500),
        ("scale_free", 1228927790),
        ("homophilous", 2964632569),
        ("complete_mixing", 2246733227),
    ],
)
def test_a_network_is_the_same_on_every_machine(kind, checksum):
    laid = lay_ties(Network(kind=kind, ties=5), 1000, 2024)
    assert zlib.crc32(laid.to.astype("<i4").tobytes(), zlib.crc32(laid.start.astype("<i8").tobytes())) == checksum
