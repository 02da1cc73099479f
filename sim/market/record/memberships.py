"""Memberships that shoppers hold, and of which they make use: everybody holds many, few are active."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.market.market import Market


@dataclass(frozen=True)
class Memberships:
    """Memberships by shopper and by scheme.

    Attributes
    ----------
    held, active
        Memberships of each shopper, and those among them whose brand it has bought of late. Shapes (N,).
    members, active_members
        Members of each scheme, and those who have bought its brand of late. Shapes (S,).
    joined
        Share of those who have bought a scheme's brand of late that are members of it. Shape (S,).
    """

    held: NDArray[np.int64]
    active: NDArray[np.int64]
    members: NDArray[np.int64]
    active_members: NDArray[np.int64]
    joined: NDArray[np.float64]


def memberships(market: "Market", weeks: int = 26) -> Memberships:
    """Count memberships as they stand, those as active whose brand was bought in the last `weeks` weeks."""
    state = market.state
    member = state.member == 1
    bought = state.bought_week[:, list(market.scheme_brands)] >= market.week - weeks
    active = member & bought
    return Memberships(
        held=member.sum(axis=1),
        active=active.sum(axis=1),
        members=member.sum(axis=0),
        active_members=active.sum(axis=0),
        joined=active.sum(axis=0) / np.maximum(bought.sum(axis=0), 1),
    )
