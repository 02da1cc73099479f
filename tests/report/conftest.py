"""Made-up results of any size, with the awkward things that real ones have: rare polls, long names, losses."""

from collections.abc import Callable

import numpy as np
import pytest

from sim.experiments.compare import differences
from sim.experiments.result import COST_PARTS, SUBSIDY, WINDOW_MEASURES, Arms, Difference, Result, Why
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


BEHAVIOURS = (
    "consideration",
    "taste",
    "price_comparison",
    "own_experience",
    "review_reading",
    "word_of_mouth",
    "loyalty_scheme",
    "a_behaviour_with_a_long_name_of_its_own",
)
STAGES = {"known": 0.8, "considered": 0.5, "bought": 0.2, "satisfied": 0.11, "again": 0.15, "recommended": 0.08}


def why_of(brands: int, arms: int, replicates: int, polled: bool) -> Why:
    """Return reasons that sum to the switches of ten thousand shoppers; nothing ever changes in taste."""
    random = np.random.default_rng(brands + arms)
    places, behaviours, unit = brands + 1, BEHAVIOURS if polled else (), 3_628_800
    switches = np.zeros((arms, replicates, places, places), np.int64)
    for a in range(1, arms):
        flows = random.poisson(9.0, (replicates, places, places)) * (random.random((places, places)) < 0.6)
        flows[:, :, 0] += random.poisson(40 * (a % 3), (replicates, places))
        flows[:, 0] += random.poisson(40 * (a % 2), (replicates, places))
        switches[a] = flows
    for b in range(places):
        switches[:, :, b, b] = 0
        switches[:, :, b, b] = 10_000 // places - switches[:, :, b].sum(axis=2)
    parts = random.integers(-30, 60, (arms, replicates, len(BEHAVIOURS), places)) * unit
    parts[0] = parts[:, :, 1] = 0
    parts[:, :, 0] += unit * (switches.sum(axis=2) - switches.sum(axis=3)) - parts.sum(axis=2)
    nothing = np.zeros((arms, replicates, 0, 0), np.int64)
    money = {name: 1e4 * random.random((arms, replicates)) * (np.arange(arms) > 0)[:, None] for name in SUBSIDY}
    stages = {name: share for name, share in STAGES.items() if polled or name != "known"}
    return Why(
        week=103 if polled else None,
        behaviours=behaviours,
        parts=parts if polled else nothing,
        unit=unit,
        method="Shapley values: each shopper's terms switched one by one, mean over all orders (beyond 10 terms that "
        "differ over 64 orders: 32 drawn, and their reverses)",
        switches=switches if polled else nothing,
        subsidy=money,
        funnel={
            name: share * (1 + 0.03 * random.normal(size=(arms, replicates, brands))) for name, share in stages.items()
        },
    )


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
        "why": why_of(brands, arms, replicates, polled),
    }
    result = Result(**{**made, **changes})  # type: ignore[arg-type]
    return result, differences(result) if arms > 1 else []


@pytest.fixture(scope="session")
def make_result() -> Callable[..., Made]:
    """Return the function that makes results."""
    return make
