"""Hypothesis strategies: what brands, shops and shoppers of the small market may be like, and what may happen."""

from typing import Any

from hypothesis import strategies as st

from sim.market.dials import Params
from sim.market.spec import LEVERS, Intervention
from sim.market.week import discover

FOUND = discover()
NEEDED = {"need", "choice", "transaction"}
SWITCHES = st.fixed_dictionaries({name: st.booleans() for name in FOUND if name not in NEEDED})
SCHEMES = st.fixed_dictionaries(
    {"threshold": st.floats(1.0, 5.0), "expiry_weeks": st.integers(1, 8), "head_start": st.floats(0.0, 0.9)},
    optional={
        "reward_rate": st.sampled_from([0.0, 0.2]),
        "tier_at": st.floats(0.0, 60.0),
        "tier_bonus": st.floats(0, 3),
        "tier_perk": st.floats(0, 1),
        "voucher_every": st.integers(0, 4),
        "voucher_value": st.floats(0, 1),
        "voucher_weeks": st.integers(0, 5),
        "voucher_use": st.floats(0, 1),
    },
).map(lambda terms: {"reward_rate": 0.05, **terms})
SERVICE = st.fixed_dictionaries(
    {},
    optional={
        "coverage": st.floats(0, 1),
        "gesture_rate": st.floats(0, 1),
        "recovery": st.floats(0, 1),
        "content_variety": st.floats(0, 1),
    },
)
SPENDING = st.dictionaries(st.sampled_from(LEVERS), st.floats(0, 500), max_size=4)
FOLLOWING = st.fixed_dictionaries(
    {
        "kind": st.just("reactive"),
        "follows": st.just("acme"),
        "lag_weeks": st.integers(1, 3),
        "response": st.floats(0, 1),
    }
)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """Draw tables to lay over the small market: a scheme, a rival that answers, a new brand, assortments and fees."""
    some = ["acme", *draw(st.lists(st.sampled_from(["bolt", "crest", "dune"]), unique=True))]
    new = {"awareness": draw(st.sampled_from([None, 0.0, 0.5])), "launch_week": draw(st.sampled_from([None, 0, 3]))}
    answers = {"strategy": draw(FOLLOWING)} if draw(st.booleans()) else {}
    return {
        "population": {"shop_first": draw(st.sampled_from([0.0, 0.3, 1.0]))},
        "brands": {
            "bolt": {"share": 0.3, "price": draw(st.floats(0.02, 500.0)), "scheme": draw(SCHEMES)},
            "crest": {"share": 0.2, "price": 6.0, "promise": draw(st.sampled_from([0.0, 0.5])), **new},
            "dune": {"share": 0.1, "price": 5.5, "service": draw(SERVICE), "spend": draw(SPENDING), **answers},
        },
        "retailers": {
            "corner": {"markup": 0.05, "fee": draw(st.floats(0, 3)), "assortment": some},
            "depot": {"price_dispersion": 0.15, "fee": draw(st.floats(0, 3)), "hassle": 0.2},
        },
    }


@st.composite
def timelines(draw: st.DrawFn) -> tuple[Intervention, ...]:
    """Draw what happens: the economy, money on any lever, service, segments, prices, a scheme, and shops' terms."""
    change = Intervention(brand="acme", from_week=1, set={"price": draw(st.floats(2.0, 9.0))})
    scheme = {f"scheme.{name}": value for name, value in draw(SCHEMES).items()}
    service = {f"service.{name}": value for name, value in draw(SERVICE).items()}
    pool = [
        change,
        Intervention(brand="acme", from_week=1, to_week=draw(st.integers(2, 6)), set=scheme),
        Intervention(brand="acme", from_week=1, set=service, spend=draw(SPENDING)),
        Intervention(brand="acme", from_week=2, set={"profile.segments": draw(st.integers(1, 64))}),
        Intervention(from_week=1, to_week=5, set={"behaviours.circumstances.economy": draw(st.floats(-1, 0))}),
        Intervention(from_week=2, set={"retailers.depot.fee": draw(st.floats(0, 3)), "retailers.corner.margin": 0.4}),
    ]
    return tuple(draw(st.lists(st.sampled_from(pool), unique_by=id, max_size=len(pool))))


def stirred(switches: dict[str, bool]) -> dict[str, Params]:
    """Return parameters by what is on, with events in life where circumstances are."""
    events = {"circumstances": {"life_events": 13.0, "impatience_trend": 0.1, "expertise_trend": 0.1}}
    return {name: FOUND[name].params(on=on, **events.get(name, {})) for name, on in switches.items()}
