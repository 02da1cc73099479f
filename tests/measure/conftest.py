"""Panels of known truth: a sampler that follows the words of the NBD-Dirichlet, shopper by shopper."""

from collections.abc import Callable

import numpy as np
import pytest

from sim.measure.panel import Panel

Sampler = Callable[..., Panel]


@pytest.fixture(scope="session")
def sample_dirichlet_panel() -> Sampler:
    """Sample a panel: gamma rates, Poisson purchases on random days, Dirichlet tastes, independent choices."""

    def sample(M, K, S, shares, *, panelists, seed, days=364) -> Panel:
        random = np.random.default_rng(seed)
        shares = np.asarray(shares, dtype=float)
        purchases = random.poisson(random.gamma(K, M / K, panelists))
        tastes = random.dirichlet(S * shares, panelists)
        shopper = np.repeat(np.arange(panelists), purchases)
        drawn = random.random(len(shopper))
        brand = (drawn[:, None] > np.cumsum(tastes, axis=1)[shopper, :-1]).sum(axis=1)
        return Panel(
            shopper=shopper,
            day=random.integers(0, days, len(shopper)),
            brand=brand,
            units=np.ones(len(shopper), dtype=np.int64),
            price=np.full(len(shopper), 2.5),
            brands=tuple(f"brand {j + 1}" for j in range(len(shares))),
            shopper_ids=np.arange(panelists),
            panelists=panelists,
            days=days,
        )

    return sample
