"""Visits made by hand: every shopper of a bare market buys one brand, and behaviours are watched one at a time."""

import numpy as np
from bare_market import market_spec, only

from sim.market.market import Market
from sim.market.spec import LEVERS


def bare(shoppers=4000, *, brands=None, timeline=(), burn_in=0, seed=51, **params):
    """Build a market of two equal brands in which nothing happens but what is named."""
    spec = market_spec([0.5, 0.5], shoppers=shoppers, brands=brands)
    return Market(spec, only(**params), seed=seed, burn_in=burn_in, timeline=timeline)


def lift(market, lever, z, brand=0):
    """Lift one lever of one brand, beside what its stock would give."""
    market.world.lift[LEVERS.index(lever), brand] = z


def visits(market, brand=0, **columns):
    """Let everybody buy a brand, some at a time; nothing is felt yet but what is given. Yields the visits."""
    block = market.poll_block
    for first in range(0, market.spec.shoppers, block.capacity):
        block.enter(first, min(first + block.capacity, market.spec.shoppers))
        block.everybody()
        block.expected = False
        block.visit.choice[: block.count] = brand
        for name, values in {"uplift": 0.0, "expectation": 0.0, **columns}.items():
            getattr(block.visit, name)[: block.count] = values
        yield block


def felt(market, behaviour, brand=0):
    """Return what a behaviour adds to the experience of every shopper who buys the brand. Shape (N,)."""
    market.behaviours[behaviour].open_week(market)
    found = []
    for block in visits(market, brand):
        market.behaviours[behaviour].on_visit(block)
        found.append(block.visit.uplift[: block.count].astype(float))
    return np.concatenate(found)
