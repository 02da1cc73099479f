"""What somebody who knows Mesa expects of a model: it steps, has agents, and collects data; warnings are errors."""

import gc
import pickle
import weakref
from functools import partial

import mesa
import numpy as np
import pytest

from sim.errors import UsageError
from sim.market.agents import Brand, Retailer, Shopper
from sim.market.market import Market
from sim.market.state import NEVER

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def market(small_spec) -> Market:
    made = Market(small_spec(), seed=3, burn_in=2)
    for _ in range(6):
        made.step()
    return made


def test_a_market_is_a_mesa_model_and_a_step_is_a_week(small_spec):
    market = Market(small_spec(), seed=3, burn_in=2)
    assert isinstance(market, mesa.Model)
    assert (market.steps, market.week) == (0, -2)
    market.step()
    market.step()
    assert (market.steps, market.week) == (2, 0)
    assert market.running


def test_brands_and_retailers_are_its_agents_and_shoppers_are_not(market):
    assert len(market.agents) == 6
    assert set(market.agents_by_type) == {Brand, Retailer}
    assert set(market.agents) == {*market.brands, *market.retailers}
    assert all(isinstance(agent, mesa.Agent) and agent.model is market for agent in market.agents)
    assert sorted(market.agents_by_type[Brand].get("key")) == ["acme", "bolt", "crest", "dune"]
    assert len({agent.unique_id for agent in market.agents}) == 6


def test_agents_can_be_selected_and_asked_as_in_any_mesa_model(market):
    dear = market.agents_by_type[Brand].select(lambda brand: brand.price > 5.2)
    assert sorted(dear.get("key")) == ["crest", "dune"]
    assert market.agents_by_type[Brand].agg("price", np.mean) == pytest.approx((5.0 + 4.0 + 6.0 + 5.5) / 4)


def test_the_data_collector_holds_the_shares_of_every_week(market):
    frame = market.datacollector.get_model_vars_dataframe()
    assert list(frame.columns) == ["share_acme", "share_bolt", "share_crest", "share_dune"]
    assert len(frame) == 6
    assert np.allclose(frame.sum(axis=1), 1.0)
    units = market.tally.units
    assert frame["share_bolt"].iloc[-1] == units[1] / units.sum()


def test_a_user_can_collect_something_else(small_spec):
    market = Market(small_spec(), seed=3, burn_in=0)
    market.datacollector = mesa.DataCollector(
        model_reporters={"trips": lambda m: int(m.tally.trips[0])}, agenttype_reporters={Brand: {"price": "price"}}
    )
    for _ in range(3):
        market.step()
    assert (market.datacollector.get_model_vars_dataframe()["trips"] > 0).all()
    assert len(market.datacollector.get_agenttype_vars_dataframe(Brand)) == 3 * 4


def test_a_fork_is_a_model_of_its_own_with_agents_of_its_own(market):
    twin = market.fork()
    assert len(twin.agents) == 6
    assert not set(twin.agents) & set(market.agents)
    assert all(agent.model is twin for agent in twin.agents)
    twin.step()
    assert len(twin.datacollector.get_model_vars_dataframe()) == 1
    assert len(market.datacollector.get_model_vars_dataframe()) == 6


def test_brands_and_retailers_speak_plainly(market):
    acme, corner = market.brands[0], market.retailers[0]
    assert (acme.key, acme.label, acme.price, acme.index) == ("acme", "acme", 5.0, 0)
    assert acme.spend("usage") == 0.0
    assert set(corner.prices) == {"acme", "bolt", "crest", "dune"}
    # list price, 5 % above it, 5 % around that
    assert 5.0 * 1.05 * 0.95 <= corner.prices["acme"] <= 5.0 * 1.05 * 1.05


def test_a_shopper_is_a_view_of_its_row(market):
    shopper = market.shopper(7)
    assert isinstance(shopper, Shopper)
    assert shopper.expertise == market.state.expertise[7]
    assert isinstance(shopper.expertise, float)
    assert np.shares_memory(shopper.taste, market.state.taste)
    assert shopper.taste.shape == (4,)
    market.state.memory[7, 2] = 1.5
    assert shopper.memory[2] == 1.5
    assert shopper.ties == market.ties.to[market.ties.start[7] : market.ties.start[8]].tolist()
    assert 7 not in shopper.ties


def test_a_shopper_names_brands_by_their_keys(market):
    buyer = int(np.flatnonzero(market.state.last_brand == 1)[0])
    shopper = market.shopper(buyer)
    assert shopper.last_brand == "bolt"
    assert "bolt" in shopper.brands_bought
    assert len(shopper.brands_bought) == (market.state.bought_week[buyer] != NEVER).sum()
    assert shopper.preferred is None  # nobody was asked yet
    assert repr(shopper) == f"Shopper({buyer}, last_brand='bolt', preferred=None)"


def test_what_a_shopper_has_not_is_told_with_what_it_has(market):
    with pytest.raises(AttributeError, match=r"a shopper has no 'age'; it has .*expertise"):
        _ = market.shopper(0).age
    for wrong in (-1, 400):
        with pytest.raises(UsageError, match=f"no shopper {wrong}: there are shoppers 0 to 399"):
            market.shopper(wrong)


def test_collected_reporters_can_be_sent_to_another_process(market):
    reporter = market.datacollector.model_reporters["share_acme"]
    assert isinstance(reporter, partial)
    assert pickle.loads(pickle.dumps(reporter)).keywords == {"brand": 0}


def test_a_market_of_one_shopper_steps_too(small_spec):
    market = Market(small_spec(shoppers=1), seed=3, burn_in=1)
    for _ in range(20):
        market.step()
    assert market.datacollector.get_model_vars_dataframe().to_numpy().sum() <= 20


def test_a_market_that_nobody_holds_any_more_is_freed(small_spec):
    """With its agents and forks: Mesa 3.3 would keep every model that ever had an agent."""
    market = Market(small_spec(shoppers=50), seed=1, burn_in=0)
    fork = market.fork()
    gone = weakref.ref(market), weakref.ref(fork)
    assert {agent.unique_id for agent in market.agents} == set(range(1, len(market.agents) + 1))
    del market, fork
    gc.collect()
    assert [one() for one in gone] == [None, None]
