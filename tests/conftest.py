"""A small market for tests that need one: four brands, two retailers, a loyalty scheme, every behaviour on."""

from collections.abc import Callable
from typing import Any

import pytest

SMALL: dict[str, Any] = {
    "shoppers": 400,
    "category": {"purchase_rate": 0.5},
    "population": {"shop_first": 0.3},
    "network": {"ties": 4},
    "brands": {
        "acme": {"share": 0.4, "price": 5.0},
        "bolt": {"share": 0.3, "price": 4.0, "scheme": {"reward_rate": 0.05, "threshold": 2, "expiry_weeks": 3}},
        "crest": {"share": 0.2, "price": 6.0},
        "dune": {"share": 0.1, "price": 5.5},
    },
    "retailers": {
        "corner": {"markup": 0.05, "price_dispersion": 0.05, "assortment": ["acme", "dune"]},
        "depot": {"price_dispersion": 0.15, "fee": 0.1, "hassle": 0.2},
    },
}


def at_rest(brands: dict[str, Any]) -> dict[str, Any]:
    """Return constants near those that fitting finds: each brand with reviews in the shape of a J."""
    return {
        "constants": dict.fromkeys(brands, 0.0),
        "taste_concentration": 2.0,
        "satisfaction_centre": -0.11,
        "talk_centre": 0.22,
        "reviews": {key: [brand["share"] * stars for stars in (30, 25, 25, 10, 60)] for key, brand in brands.items()},
    }


@pytest.fixture(scope="session")
def small_spec() -> Callable[..., Any]:
    """Make the settings of the small market; a table given is laid over its own, one level deep, and None drops."""
    from sim.market.spec import MarketSpec

    def make(**changes: Any) -> MarketSpec:
        tables = dict(SMALL)
        for name, value in changes.items():
            tables[name] = value
            if isinstance(value, dict):
                laid = {**SMALL.get(name, {}), **value}
                tables[name] = {key: entry for key, entry in laid.items() if entry is not None}
        return MarketSpec.model_validate({"calibrated": at_rest(tables["brands"]), **tables})

    return make
