"""The social network: whom each shopper listens to, laid once when the market is built, in compressed rows.

A tie is one shopper listening to another. Small worlds and scale-free networks are symmetric, as in their sources:
each link is two ties. The other kinds are directed and give every shopper as many ties as the next.
"""

from dataclasses import dataclass
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from sim.market.chance import key, purpose
from sim.market.compiled import Word
from sim.market.spec import Network
from sim.market.world.network_kernels import attach, choose, lay_ring, rewire, sort_rows, tie_both_ways


@dataclass(frozen=True, eq=False)
class Ties:
    """Whom each shopper listens to: `to[start[i]:start[i + 1]]`, ascending, without itself and without doubles.

    Parameters
    ----------
    start
        Where the ties of each shopper begin, and where the last one's end; int64, shape (N + 1,).
    to
        The shoppers listened to; int32, shape (E,).
    """

    start: NDArray[np.int64]
    to: NDArray[np.int32]

    @property
    def count(self) -> int:
        """Number of ties E."""
        return len(self.to)

    @property
    def shoppers(self) -> int:
        """Number of shoppers N."""
        return len(self.start) - 1


def lay_ties(spec: Network, shoppers: int, seed: int) -> Ties:
    """Lay the ties of a network of N shoppers; the same settings and seed give the same bytes.

    Parameters
    ----------
    spec
        The kind of network and its parameters. If `ties` is N - 1 or more, everybody listens to everybody else,
        whatever the kind (but `none`).
    shoppers
        Number of shoppers N, at least 1.
    seed
        Seed of the market, up to 64 bits.

    Returns
    -------
    Ties
        `none` has no ties; `homophilous` and `complete_mixing` have N x `ties`; `small_world` and `scale_free` have
        twice the whole part of N x `ties` / 2.
    """
    assert 1 <= shoppers < 2**31, "shoppers are numbered in 32 bits"
    if spec.kind == "none":
        return Ties(np.zeros(shoppers + 1, np.int64), np.empty(0, np.int32))
    if spec.ties >= shoppers - 1:
        return _everybody(shoppers)
    match spec.kind:
        case "small_world":
            return _small_world(shoppers, spec.ties, spec.rewiring, seed)
        case "scale_free":
            return _scale_free(shoppers, spec.ties, seed)
        case "homophilous":
            return _chosen("network/homophilous", shoppers, spec.ties, spec.segments, spec.homophily, seed)
        case "complete_mixing":
            return _chosen("network/complete_mixing", shoppers, spec.ties, 1, 1.0, seed)
        case _:
            assert_never(spec.kind)


def segments_of(shoppers: int, spec: Network) -> NDArray[np.int16]:
    """Return the segment of each shopper, shape (N,): equal in size to within one shopper, dealt out in turn.

    Dealing in turn puts all segments into any run of shoppers, so into every block and into the panel. With more
    segments than shoppers the last segments stay empty.
    """
    return (np.arange(shoppers) % spec.segments).astype(np.int16)


def _small_world(shoppers: int, ties: int, rewiring: float, seed: int) -> Ties:
    """Lay a ring and rewire its links (Watts & Strogatz 1998): high clustering, short paths.

    Shopper i is linked to the next `ties` / 2 around the ring, so it has `ties` neighbours, half on either side. If
    `ties` is odd, shoppers of odd number have one link ahead more than those of even number, so the mean is `ties`
    to within 1 / N. Each link moves its far end with probability `rewiring` to a uniform other shopper that it is not
    linked with.

    Limits: links are rewired shopper by shopper, not lap by lap around the ring. A link stays where it is after 64
    proposals that are taken; only near `ties` = N - 1 does that lower the share of rewired links.
    """
    ahead = np.empty(shoppers * ties // 2, np.int32)
    lay_ring(ahead, shoppers, ties)
    rewire(ahead, shoppers, ties, _threshold(rewiring), purpose("network/small_world"), *key(seed))
    return _both_ways(ahead, shoppers, ties)


def _scale_free(shoppers: int, ties: int, seed: int) -> Ties:
    """Add shoppers one by one, each linked to earlier ones in proportion to their links (Barabási & Albert 1999).

    A uniform end of a uniform earlier link is a shopper in proportion to its links (Batagelj & Brandes 2005). Each
    newcomer adds `ties` / 2 links; if `ties` is odd, those of odd number add one more than those of even number. With
    m links a newcomer the share of shoppers with k links tends to 2m(m + 1) / (k(k + 1)(k + 2)): a power law with
    exponent 3, where the largest grows as the root of N.

    Limits: the first `ties` + 2 shoppers start as a ring, each linked to `ties` others, so that the mean is right to
    within 1 / N. Low numbers have many links: a shopper's number tells its age. With one tie, half of the shoppers
    have none.
    """
    ahead = np.empty(shoppers * ties // 2, np.int32)
    lay_ring(ahead, ties + 2, ties)
    attach(ahead, shoppers, ties, purpose("network/scale_free"), *key(seed))
    return _both_ways(ahead, shoppers, ties)


def _chosen(name: str, shoppers: int, ties: int, segments: int, staying: float, seed: int) -> Ties:
    """Let each shopper choose `ties` others: each within its segment with probability `staying`, else outside.

    Within and outside, all sets are equally likely (Floyd's sampling, Bentley & Floyd 1987). With one segment this is
    complete mixing: uniform others, without doubles, and about Poisson many listeners. Where the segment, or the rest
    of the market, has too few shoppers, the ties that are left go to the other side.
    """
    start = np.arange(shoppers + 1, dtype=np.int64) * ties
    to = np.empty(shoppers * ties, np.int32)
    choose(to, shoppers, ties, segments, _threshold(staying), purpose(name), *key(seed))
    sort_rows(start, to)
    return Ties(start, to)


def _everybody(shoppers: int) -> Ties:
    """Let everybody listen to everybody else; for few shoppers only."""
    others = np.arange(shoppers - 1)
    to = others + (others >= np.arange(shoppers)[:, None])  # (N, N - 1)
    return Ties(np.arange(shoppers + 1, dtype=np.int64) * (shoppers - 1), to.ravel().astype(np.int32))


def _both_ways(ahead: NDArray[np.int32], shoppers: int, ties: int) -> Ties:
    start = np.zeros(shoppers + 1, np.int64)
    to = np.empty(2 * len(ahead), np.int32)
    tie_both_ways(ahead, ties, start, to)
    sort_rows(start, to)
    return Ties(start, to)


def _threshold(share: float) -> Word:
    """Return below what a 32-bit word lies with a probability; exactly never for 0, and always for 1."""
    return np.uint64(round(share * 2.0**32))
