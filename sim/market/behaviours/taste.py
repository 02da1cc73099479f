"""What each shopper likes, before price and evidence: Dirichlet tastes (Goodhardt, Ehrenberg & Chatfield 1984).

Taste is ln gamma with gamma ~ Gamma(S share_k, 1), so that the softmax of taste is Dirichlet(S share): with need
alone the market is the NBD-Dirichlet. A constant for each brand, fitted once in the undisturbed market, keeps
shares where they belong when the other behaviours join in.
"""

import numpy as np

from sim.market import draws
from sim.market.block import Block
from sim.market.compiled import Array, kernel
from sim.market.dials import Params as BaseParams
from sim.market.market import Market
from sim.market.state import Field
from sim.market.week import Behaviour, Phase


class Params(BaseParams):
    """Tastes have no parameter of their own: shares and concentration belong to the category."""


def setup(market: Market) -> None:
    """Draw tastes, or give everybody the same one where the category has no taste concentration."""
    taste = market.state.taste
    shares = market.shares
    concentration = market.taste_concentration
    if concentration is None:
        taste[:] = np.log(shares)
    else:
        draws.log_gammas(market.seed, "taste/gamma", len(taste), concentration * shares, taste)
    market.state.entropy[:] = _entropy(taste)


@kernel
def _entropies(taste: Array, out: Array) -> None:
    for i in range(taste.shape[0]):
        top = taste[i, 0]
        for b in range(1, taste.shape[1]):
            top = max(top, taste[i, b])
        total = 0.0
        weighted = 0.0
        for b in range(taste.shape[1]):
            gap = np.float64(taste[i, b] - top)
            mass = np.exp(gap)
            total += mass
            weighted += mass * gap
        out[i] = np.log(total) - weighted / total


def _entropy(taste: Array) -> Array:
    """Return the entropy of each shopper's choice probabilities by taste alone, in nats. Shape (N,)."""
    out = np.empty(len(taste), np.float32)
    _entropies(taste, out)
    return out


@kernel
def _add(who: Array, count: int, taste: Array, constant: Array, utility: Array) -> None:
    for b in range(utility.shape[0]):
        row = utility[b]
        for j in range(count):
            row[j] += taste[who[j], b] + constant[b]


def on_visit(block: Block) -> None:
    """Add taste and the brand's constant to the utility."""
    _add(block.visit.who, block.active, block.state.taste, block.world.constant, block.visit.utility)


BEHAVIOUR = Behaviour(
    name="taste",
    phase=Phase.SEARCH,
    order=20,
    does="what each shopper likes, before price and evidence",
    params=Params,
    state=(
        Field("taste", ("N", "B"), "float32", "utility", "ln of gamma variates: lasting liking of a brand", fixed=True),
        Field("entropy", ("N",), "float32", "nats", "uncertainty of the shopper's choice by taste", fixed=True),
    ),
    reads=("who", "taste", "constant"),
    writes=("utility",),
    setup=setup,
    on_visit=on_visit,
)
