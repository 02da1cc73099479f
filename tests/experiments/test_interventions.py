"""Changes on the timeline begin, ramp up and end when they say, and do what they say and nothing else."""

from itertools import product

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.market.dials import Params, register
from sim.market.market import Market
from sim.market.record.recorder import Recorder
from sim.market.record.weekly import WeeklyTable
from sim.market.spec import LEVERS, Brand, Intervention, MarketSpec, Retailer
from sim.market.timeline import progress
from sim.market.week import discover
from sim.scenario import parse_scenario

FOUND = discover()


def prices(small_spec, *timeline, weeks=12, run_off_from=None, burn_in=2) -> np.ndarray:
    """Return the list prices of every week from the start of the burn-in. Shape (weeks + burn_in, B)."""
    market = Market(
        small_spec(shoppers=50), burn_in=burn_in, timeline=timeline, run_off_from=run_off_from, recorders=[]
    )
    found = []
    for _ in range(weeks + burn_in):
        market.step()
        found.append(market.world.list_price.copy())
    return np.array(found)


def test_a_change_begins_in_its_first_week_and_ends_before_its_last(small_spec):
    cut = Intervention(brand="acme", from_week=3, to_week=6, set={"price": 4.0})
    found = prices(small_spec, cut)[:, 0]
    assert found.tolist() == [5.0] * 5 + [4.0] * 3 + [5.0] * 6


def test_a_change_without_an_end_stays_until_the_run_off(small_spec):
    cut = Intervention(brand="acme", from_week=3, set={"price": 4.0})
    assert prices(small_spec, cut, run_off_from=8)[:, 0].tolist() == [5.0] * 5 + [4.0] * 5 + [5.0] * 4


def test_a_ramp_moves_evenly_from_the_old_value_to_the_new(small_spec):
    raised = Intervention(brand="acme", from_week=2, ramp_weeks=4, set={"price": 7.0})
    found = prices(small_spec, raised, burn_in=0)[:, 0]
    assert found == pytest.approx([5, 5, 5, 5.5, 6, 6.5, 7, 7, 7, 7, 7, 7])


def test_how_far_a_change_has_come_is_nought_in_its_first_week_and_one_after_its_ramp():
    change = Intervention(brand="acme", from_week=10, to_week=20, ramp_weeks=5, set={"price": 1.0})
    assert [progress(change, week) for week in (9, 10, 12, 15, 19, 20)] == [None, 0.0, 0.4, 1.0, 1.0, None]
    assert progress(change.model_copy(update={"ramp_weeks": 0}), 10) == 1.0


def test_other_brands_prices_stay(small_spec):
    cut = Intervention(brand="acme", from_week=0, set={"price": 4.0})
    assert (prices(small_spec, cut)[:, 1:] == [4.0, 6.0, 5.5]).all()


def test_of_two_changes_the_later_one_wins_until_it_ends(small_spec):
    first = Intervention(brand="acme", from_week=2, set={"price": 4.0})
    second = Intervention(brand="acme", from_week=5, to_week=8, set={"price": 3.0})
    for timeline in ((first, second), (second, first)):
        found = prices(small_spec, *timeline, burn_in=0)[:, 0]
        assert found.tolist() == [5, 5, 4, 4, 4, 3, 3, 3, 4, 4, 4, 4]


def test_nothing_changes_during_the_burn_in(small_spec):
    cut = Intervention(brand="acme", from_week=0, set={"price": 4.0})
    assert prices(small_spec, cut, burn_in=4, weeks=2)[:, 0].tolist() == [5.0] * 4 + [4.0] * 2


def test_money_on_levers_adds_up_ramps_and_ends_with_the_run_off(small_spec):
    timeline = (
        Intervention(brand="acme", from_week=1, to_week=6, spend={"usage": 100.0}),
        Intervention(brand="acme", from_week=3, ramp_weeks=2, spend={"usage": 40.0, "learn": 20.0}),
    )
    spec = small_spec(shoppers=50, brands={"acme": {"share": 0.4, "price": 5.0, "spend": {"relate": 10.0}}})
    table = WeeklyTable()
    market = Market(spec, burn_in=0, timeline=timeline, run_off_from=8, recorders=[table])
    for _ in range(10):
        market.step()
    expected = np.array([0, 100, 100, 100, 130, 160, 60, 60]) + 10.0
    assert table.column("lever_spend")[:, 0] == pytest.approx([*expected, 0, 0])
    assert (table.column("lever_spend")[:, 1:] == 0).all()


def test_money_on_a_lever_lifts_its_own_moment_alone_and_fades_afterwards(small_spec):
    market = Market(
        small_spec(shoppers=2000), burn_in=0,
        timeline=[Intervention(brand="acme", from_week=0, to_week=10, spend={"usage": 200.0})],
    )  # fmt: skip
    lifts = []
    for _ in range(30):
        market.step()
        lifts.append(market.world.lift.copy())
    lifts = np.array(lifts)  # (weeks, L, B)
    usage = lifts[:, 2, 0]
    assert (np.diff(usage[:10]) > 0).all()
    assert (np.diff(usage[10:]) < 0).all()
    lifts[:, 2, 0] = 0.0
    assert np.abs(lifts).max() == pytest.approx(0.0, abs=1e-12)


def test_a_behaviour_and_a_retailer_can_change_and_change_back(small_spec):
    change = Intervention(
        from_week=2, to_week=4, ramp_weeks=0,
        set={"behaviours.own_experience.weight": 1.0, "retailers.depot.markup": 0.5},
    )  # fmt: skip
    market = Market(small_spec(shoppers=50), burn_in=0, timeline=[change])
    weights, markups = [], []
    for _ in range(6):
        market.step()
        weights.append(market.params["own_experience"].weight)
        markups.append(market.retailers[1].settings.markup)
    assert weights == [0.5, 0.5, 1.0, 1.0, 0.5, 0.5]
    assert markups == [0.0, 0.0, 0.5, 0.5, 0.0, 0.0]


def test_whole_numbers_stay_whole_on_a_ramp_and_words_and_switches_change_at_once(small_spec):
    change = Intervention(
        from_week=0, ramp_weeks=4,
        set={
            "behaviours.consideration.initial_set": 5,
            "behaviours.own_experience.discounts_others": False,
            "behaviours.review_reading.reads": "all",
        },
    )  # fmt: skip
    market = Market(small_spec(shoppers=50), burn_in=0, timeline=[change])
    seen = []
    for _ in range(5):
        market.step()
        seen.append(dict(market.params))
    sizes = [params["consideration"].initial_set for params in seen]
    assert sizes == [3, 4, 4, 4, 5]
    assert all(isinstance(size, int) for size in sizes)
    assert {params["own_experience"].discounts_others for params in seen} == {False}
    assert {params["review_reading"].reads for params in seen} == {"all"}


def test_a_scheme_begins_with_its_change_and_nobody_joins_before(small_spec):
    table = WeeklyTable()
    market = Market(
        small_spec(), burn_in=2, recorders=[table],
        timeline=[Intervention(brand="crest", from_week=4, set={"scheme.reward_rate": 0.1, "scheme.threshold": 2})],
    )  # fmt: skip
    for _ in range(14):
        market.step()
    members = table.column("members")[:, 2]
    assert (members[:4] == 0).all()
    assert members[-1] > 0
    assert (np.diff(members) >= 0).all()
    issued = table.column("points_issued")[:, 2]
    assert (issued[:4] == 0).all()
    assert issued[4:].sum() > 0


# --- nothing is accepted and ignored

SCENARIO = """
brands.acme = { share = 0.4, price = 5.0 }
brands.bolt = { share = 0.3, price = 4.0 }
brands.crest = { share = 0.2, price = 6.0 }
brands.dune = { share = 0.1, price = 5.5 }
retailers.corner = {}
retailers.depot = {}
weeks = 20
arms.some.interventions = [{ INTERVENTION }]
"""


BUSY = Intervention(
    brand="bolt", spend=dict.fromkeys(LEVERS, 200.0),
    set={"service.coverage": 0.95, "service.gesture_rate": 0.1, "service.recovery": 0.8},
)  # fmt: skip
HELPFUL = Intervention(brand="bolt", spend={"people": 5.0}, set={"service.recovery": 0.8})
"""Brands that do much, or all that they can, since some dials are at work only where a brand does something."""


class _Everything(Recorder):
    """Keeps all that a market holds and sums up, week by week."""

    def __init__(self) -> None:
        self.table, self.kept = WeeklyTable(), []

    def open_week(self, market: Market) -> None:
        self.table.open_week(market)

    def close_week(self, market: Market) -> None:
        self.table.close_week(market)
        self.kept += [array.tobytes() for _, array in (*market.state, *market.tally)]
        self.kept.append(market.world.impatience_now.tobytes())  # what multiplies every shopper's impatience

    def bytes(self) -> list[bytes]:
        return [*self.kept, *(self.table.column(name).tobytes() for name in self.table.rows)]


def another(row) -> object:
    """Return a plausible value that is not the default, or None."""
    if isinstance(row["default"], bool):
        return not row["default"]
    return next((end for end in reversed(row["range"] or ()) if end != row["default"]), None)


def changeable() -> dict[str, tuple[str | None, str, object]]:
    """Return every dial that a timeline might set: its path in full, to the brand, the path below it, and a value."""
    groups = [("bolt", "", Brand), (None, "retailers.depot", Retailer)]
    groups += [(None, f"behaviours.{name}", b.params) for name, b in FOUND.items()]
    return {
        f"{brand or 'market'}: {row['id']}": (brand, row["id"], value)
        for brand, prefix, kind in groups
        for row in register(kind, prefix)
        if row["source"] and (value := another(row)) is not None
    }


RICH = {
    "voucher_every": 3, "voucher_weeks": 1, "voucher_value": 0.1, "tier_at": 40, "tier_bonus": 0.5, "tier_perk": 0.4,
    "reward_rate": 0.05, "threshold": 2, "expiry_weeks": 3,
}  # fmt: skip
"""A scheme with everything that a scheme may offer."""


def roots(small_spec, path: str) -> list[tuple[MarketSpec, dict[str, Params]]]:
    """Return settings under which a dial may be at work: the defaults, each choice of its words, and a rich market."""
    tables, name, *_ = (*path.split("."), "")
    words = FOUND[name].params.model_fields.items() if tables == "behaviours" else ()
    others = [
        {name: FOUND[name].params.model_validate({field: word})}
        for field, info in words
        for word in getattr(info.annotation, "__args__", ())
        if word != info.default
    ]
    everything = {other: behaviour.params(on=True) for other, behaviour in FOUND.items()}
    plain, moody = small_spec(shoppers=600), FOUND["points"].params.model_validate({"pace_half_life": 2.0})
    lavish = FOUND["complaints"].params.model_validate({"remedy": 1.2})  # more than may come back
    bolt = {"share": 0.3, "price": 4.0, "scheme": RICH}
    rich = small_spec(shoppers=600, brands={"bolt": bolt}, category={"purchase_rate": 2.0})
    generous = {**everything, "points": moody, "complaints": lavish}
    return [(plain, {}), *((plain, params) for params in others), (rich, generous)]


def refusal(scenario: str) -> str:
    """Return why a scenario is refused, or nothing if it is not."""
    try:
        parse_scenario(scenario)
    except ScenarioError as error:
        return str(error)
    return ""


BUSY_BRANDS = {"crest": {"share": 0.2, "price": 6.0, "awareness": 0.5, "promise": 1.0, "spend": {"adverts": 100.0}}}
DOWNTURN = Intervention(from_week=0, to_week=4, set={"behaviours.circumstances.economy": -0.5})
"""Some dials are at work only while a brand is new, while its adverts promise, or in bad times and after them."""


@pytest.mark.parametrize("dial", changeable())
def test_a_dial_that_may_be_set_on_the_timeline_is_not_ignored(small_spec, dial):
    brand, path, value = changeable()[dial]
    told = f'"{path}" = {str(value).lower()}'
    who = f'brand = "{brand}", ' if brand else ""
    if why := refusal(SCENARIO.replace("INTERVENTION", f"{who}set = {{ {told} }}")):
        assert "is fixed when the market is built" in why  # said, so not ignored
        return
    worlds = product(roots(small_spec, path), ((), (HELPFUL,), (BUSY,)))
    new_brand = (small_spec(shoppers=600, brands=BUSY_BRANDS), {}), (DOWNTURN,)
    for (spec, params), always in (*worlds, new_brand):
        root = Market(spec, params, seed=3, burn_in=2)
        root.step()
        root.step()
        seen = []
        for timeline in ((), (Intervention(brand=brand, set={path: value}),)):
            seen.append(_Everything())
            market = root.fork((*always, *timeline), recorders=[seen[-1]])
            for _ in range(8):
                market.step()
        if seen[0].bytes() != seen[1].bytes():
            return
    pytest.fail(f"{path} = {value} is accepted on the timeline, and nothing changes")
