"""Educating owners: what is learned, and when it becomes too much."""

import numpy as np
import pytest
from bare_market import CHOOSING, market_spec, only, purchases
from service_kit import bare, felt, lift

from sim.market.behaviours.education import Params as Education
from sim.market.market import Market
from sim.market.spec import LEVERS, Intervention

EDUCATE = LEVERS.index("educate")


def test_at_rest_education_changes_nothing():
    assert not felt(bare(education=True), "education").any()
    spec = market_spec([0.5, 0.5], shoppers=1000, S=2.0)
    parts = {**CHOOSING, "usage": True, "own_experience": True}
    one, other = (Market(spec, only(**parts, **more), seed=2, burn_in=0) for more in ({}, {"education": True}))
    assert np.array_equal(purchases(one, 5), purchases(other, 5))


@pytest.mark.parametrize(("stock", "variety"), [(1.5, 0.0), (3.0, 0.0), (3.0, 0.4), (6.0, 1.0)])
def test_education_adds_what_is_learned_less_what_is_too_much(stock, variety):
    """reach x z - overload x (1 - variety) x contacts beyond those wanted."""
    params = Education(reach=0.6, contacts_wanted=2.0, overload=0.05)
    market = bare(200, brands={0: {"service": {"content_variety": variety}}}, education=params)
    market.world.stock[EDUCATE, 0] = stock
    lift(market, "educate", 0.3)
    expected = 0.6 * 0.3 - 0.05 * (1 - variety) * max(stock - 2.0, 0.0)
    assert felt(market, "education") == pytest.approx(np.full(200, expected), abs=1e-6)
    assert not felt(market, "education", brand=1).any()


def test_more_and_more_education_helps_at_first_and_tires_in_the_end():
    """What is learned saturates and contacts do not, so the best spending is neither none nor without bound."""
    gains = []
    for times in (0.0, 1.0, 3.0, 30.0):
        norm = 0.01 * 5 * 100.0  # a share of sales: half of ten shoppers buy one unit a week
        change = [Intervention(brand="brand_0", spend={"educate": times * norm})]
        market = bare(10, timeline=change, education=True)
        for _ in range(200):  # fifteen half-lives of the stock
            market._follow_timeline()
            market.brands[0].step()
        gains.append(felt(market, "education")[0])
    assert gains[0] == 0
    assert gains[1] > 0
    assert gains[2] > gains[1]
    assert gains[3] < 0
