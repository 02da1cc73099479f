"""Made-up results of any size, with the awkward things that real ones have: rare polls, long names, losses."""

from collections.abc import Callable

import numpy as np
import pytest

from sim.experiments.compare import differences
from sim.experiments.result import COST_PARTS, WINDOW_MEASURES, Arms, Difference, Result
from sim.market.record.weekly import MEASURES

ARMS = (
    ("baseline", "As it is today"),
    ("points", "5 % back in points"),
    ("experience", "The same money in the four moments of the customer experience"),
    ("price", "A price cut of 5 %"),
    ("half", "Half in points, half in experience"),
    ("adverts", "Adverts"),
    ("learn", "Points, and learning from the data that they bring: costs $2 to save $3"),
    ("people", "More and better trained people in every store of the country"),
)
NAMES = (
    "Acme",
    "Bolt",
    "Crux & Daughters Ltd. of London",
    "Dorn",
    "Eos",
    "Fano",
    "Gale",
    "Hock",
    "Iris",
    "Jute",
    "Kelp",
    "Lynx",
)
Made = tuple[Result, list[Difference]]


def make(brands: int = 3, arms: int = 3, replicates: int = 8, *, polled: bool = True, **changes: object) -> Made:
    """Return a result and its differences; arms with odd numbers gain, the others lose a little."""
    random = np.random.default_rng(100 * brands + arms)
    weeks = np.arange(156)
    shape = (arms, replicates, len(weeks), brands)
    start = np.sort(random.dirichlet(np.full(brands, 3.0)))[::-1]
    noise = 0.004 * random.normal(size=(1, replicates, len(weeks), brands))
    rise = np.minimum(weeks / 60.0, 1.0) * np.where(weeks < 104, 1.0, np.exp(-(weeks - 104) / 26.0))
    gain = np.array([0.0 if a == 0 else (0.035 if a % 2 else -0.012) / (1 + a // 3) for a in range(arms)])
    shift = np.zeros(shape)
    shift[..., 0] = gain[:, None, None] * rise * (1 + 0.2 * random.normal(size=(arms, replicates, 1)))
    shift[..., 1:] = -shift[..., :1] * (start[1:] / start[1:].sum())
    share = np.clip(start + noise + shift, 0.001, None)
    weekly = {name: np.full(shape, np.nan) for name in MEASURES}
    for name in MEASURES:
        weekly[name] = 1e6 * share * (1 + 0.02 * random.normal(size=shape))
    for name in ("contribution", "contribution_after_liability"):  # some arms pay back and some do not
        weekly[name] = 1e5 * (share + 0.002 * random.normal(size=shape)) - 2.2e3 * (shift > 0) * (weeks < 104)[:, None]
    for name in ("points_redeemed", "points_expired", "points_redeemable", "breakage", "deferred_cost"):
        weekly[name] = np.zeros(shape)
    asked = (weeks + 1) % 4 == 0 if polled else weeks < 0
    for name in ("preference_share", "intrinsic_preference_share"):
        weekly[name] = np.where(asked[:, None], share + 0.001 * random.normal(size=shape), np.nan)
    weekly["market_share"] = share + 0.002 * random.normal(size=shape)
    weekly["recommendation"] = 0.4 + share / 5 + 0.01 * random.normal(size=shape)
    weekly["rating"] = 3.9 + shift * 3 + 0.02 * random.normal(size=shape)
    weekly["satisfaction"] = shift * 5 + 0.02 * random.normal(size=shape)
    for name, most in (("members", 40_000.0), ("points_liability", 9e5)):
        weekly[name] = np.zeros(shape)
        weekly[name][1::2, ..., 0] = (
            most * np.minimum(weeks / 50.0, 1.0) * (1 + 0.01 * random.normal(size=(replicates, 1)))
        )
    window = {
        name: 0.3 + shift[:, :, 100] + 0.01 * random.normal(size=(arms, replicates, brands)) for name in WINDOW_MEASURES
    }
    costs = {name: np.zeros((arms, replicates)) for name in COST_PARTS}
    for a in range(1, arms):
        for k, name in enumerate(COST_PARTS):
            size = 4e5 * ((a + k) % 3) * (-0.3 if name == "price_reduction" and a == 1 else 1.0)
            costs[name][a] = size * (1 + 0.05 * random.normal(size=replicates))
    made = {
        "name": "markets/coffee",
        "title": "Experience or points?",
        "question": "Given the same money, which wins more preference share for Acme?",
        "focal": "acme",
        "arms": Arms(tuple(key for key, _ in ARMS[:arms]), tuple(label for _, label in ARMS[:arms])),
        "brands": tuple(name.split()[0].lower() for name in NAMES[:brands]),
        "brand_labels": NAMES[:brands],
        "retailers": ("corner",),
        "weeks": weeks,
        "compared_weeks": (78, 104),
        "weekly": weekly,
        "window": window,
        "costs": costs,
        "panels": [],
        "scenario_toml": "shoppers = 100_000\nrun_off_weeks = 52\n",
        "seeds": tuple(range(replicates)),
    }
    result = Result(**{**made, **changes})  # type: ignore[arg-type]
    return result, differences(result) if arms > 1 else []


@pytest.fixture(scope="session")
def make_result() -> Callable[..., Made]:
    """Return the function that makes results."""
    return make
