"""Memberships that shoppers hold and make use of, against the arrays they are counted from."""

import numpy as np
import pytest

from sim.market.market import Market
from sim.market.record.memberships import memberships

CARD = {"reward_rate": 0.05, "threshold": 2}


@pytest.mark.parametrize("weeks", [4, 26])
def test_memberships_are_counted_by_shopper_and_by_scheme(small_spec, weeks):
    prices = {"bolt": (0.3, 4.0), "crest": (0.2, 6.0)}
    brands = {key: {"share": share, "price": price, "scheme": CARD} for key, (share, price) in prices.items()}
    market = Market(small_spec(brands=brands), seed=2, burn_in=0)
    for _ in range(12):
        market.step()
    found = memberships(market, weeks)
    member = market.state.member == 1
    late = np.stack([market.week - market.state.bought_week[:, k].astype(int) <= weeks for k in (1, 2)], axis=1)
    assert np.array_equal(found.held, member.sum(axis=1))
    assert np.array_equal(found.active, (member & late).sum(axis=1))
    assert np.array_equal(found.members, market.world.members)
    assert (found.held == 2).any()  # many hold more than one
    assert np.all(found.active_members <= found.members)
    assert found.joined == pytest.approx((member & late).sum(axis=0) / late.sum(axis=0))


def test_without_schemes_nobody_holds_a_membership(small_spec):
    market = Market(small_spec(brands={"bolt": {"share": 0.3, "price": 4.0}}), burn_in=0)
    market.step()
    found = memberships(market)
    assert found.held.tolist() == found.active.tolist() == [0] * market.spec.shoppers
    assert found.members.shape == found.joined.shape == (0,)
