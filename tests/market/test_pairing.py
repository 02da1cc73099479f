"""Two markets with one seed share every draw: they differ by the strategy and by nothing else."""

import numpy as np
import pytest
from visible_draws import compare_draws, draw

from sim.errors import UsageError
from sim.experiments.compare import differences
from sim.experiments.result import COST_PARTS, METRICS
from sim.experiments.run import run_scenario
from sim.market.market import Market
from sim.market.record.panel import PanelRecorder
from sim.market.record.weekly import WeeklyTable
from sim.market.record.window import Window
from sim.market.spec import LEVERS, Intervention
from sim.market.week import discover
from sim.scenario import LoadedScenario, parse_scenario

FOUND = discover()
SCHEME = Intervention(brand="acme", from_week=1, set={"scheme.reward_rate": 0.05, "scheme.threshold": 2})
PRICE_CUT = Intervention(brand="crest", from_week=2, to_week=6, ramp_weeks=2, set={"price": 5.0})
SPENDING = Intervention(brand="dune", from_week=0, spend={"usage": 300.0})
HEARING = Intervention(from_week=3, set={"behaviours.word_of_mouth.weight": 0.6, "retailers.depot.markup": -0.1})
TIMELINE = (SCHEME, PRICE_CUT, SPENDING, HEARING)


ALL_LEVERS = dict.fromkeys(LEVERS, 150.0)
BUSY_BRANDS = {
    "acme": {"share": 0.4, "price": 5.0, "spend": ALL_LEVERS, "service": {"gesture_rate": 0.1, "recovery": 0.8}},
    "bolt": {
        "share": 0.3, "price": 4.0,
        "scheme": {
            "reward_rate": 0.05, "threshold": 2, "expiry_weeks": 3, "tier_at": 5, "tier_bonus": 0.5, "tier_perk": 0.05,
            "voucher_every": 2,
        },
    },
    "crest": {"share": 0.2, "price": 6.0, "promise": 0.5, "awareness": 0.5, "spend": {"adverts": 50.0}},
    "dune": {
        "share": 0.1, "price": 5.5, "launch_week": 2,
        "strategy": {"kind": "reactive", "follows": "acme", "lag_weeks": 1, "floor": 0.5},
    },
}  # fmt: skip
BUSY = {
    "circumstances": FOUND["circumstances"].params(life_events=13, impatience_trend=0.1, expertise_trend=0.1),
    "pantry": FOUND["pantry"].params(on=True),
}
BUSY_TIMELINE = (
    *TIMELINE,
    Intervention(brand="acme", from_week=1, set={"price": 4.5, "service.coverage": 0.95, "profile.segments": 9}),
    Intervention(brand="crest", from_week=2, spend=ALL_LEVERS),
    Intervention(from_week=1, to_week=4, set={"behaviours.circumstances.economy": -0.8}),
)
"""A market in which every behaviour is at work: money on all levers, contacts, complaints, new brands, answers."""


class Book:
    """All that recorders can write down of a market."""

    def __init__(self, weeks: int) -> None:
        self.table, self.panel, self.window = WeeklyTable(), PanelRecorder(10**6), Window(0, weeks)
        self.recorders = [self.table, self.panel, self.window]

    def columns(self) -> dict[str, np.ndarray]:
        weekly = {f"weekly {name}": self.table.column(name) for name in self.table.rows}
        panel = {f"panel {name}": column for name, column in self.panel.columns().items()}
        return {**weekly, **panel, "purchases": self.window.purchases}


def assert_same_bytes(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert one.keys() == other.keys()
    for name, column in one.items():
        assert column.dtype == other[name].dtype, name
        assert column.shape == other[name].shape, name
        assert column.tobytes() == other[name].tobytes(), name


def assert_same_markets(one: Market, other: Market) -> None:
    assert one.week == other.week
    for name in ("state", "world", "tally"):
        held, others = ({f.name: array for f, array in getattr(m, name)} for m in (one, other))
        assert_same_bytes(held, others)


# --- invariants


@pytest.mark.parametrize("busy", [False, True], ids=["ordinary", "busy"])
def test_one_thread_and_two_write_down_the_same_bytes(small_spec, busy):
    spec = small_spec(shoppers=26_000, category={"purchase_rate": 1.5}, **({"brands": BUSY_BRANDS} if busy else {}))
    params, timeline = (BUSY, BUSY_TIMELINE) if busy else ({}, TIMELINE)
    columns, markets = [], []
    for threads in (1, 2):
        book = Book(6)
        market = Market(spec, params, seed=11, burn_in=2, timeline=timeline, threads=threads, recorders=book.recorders)
        for _ in range(8):
            market.step()
        columns.append(book.columns())
        markets.append(market)
    assert spec.shoppers > 2 * markets[0].block_size  # at least three blocks, so both threads have work
    assert columns[0]["weekly units"].sum() > 150_000
    assert_same_bytes(*columns)
    assert_same_markets(*markets)


def test_the_size_of_a_block_changes_nothing(small_spec, monkeypatch):
    markets = []
    for size in (700, 64, 1):
        monkeypatch.setattr("sim.market.market.block_size", lambda spec, threads, size=size: size)
        spec = small_spec(shoppers=700, brands=BUSY_BRANDS)
        market = Market(spec, BUSY, seed=11, burn_in=2, timeline=BUSY_TIMELINE)
        for _ in range(5):
            market.step()
        markets.append(market)
    assert_same_markets(markets[0], markets[1])
    assert_same_markets(markets[0], markets[2])


def test_a_fork_goes_on_exactly_like_a_market_that_was_never_forked(small_spec):
    whole, forked = Book(10), Book(10)
    straight = Market(
        small_spec(), seed=11, burn_in=4, timeline=TIMELINE, run_off_from=7, recorders=whole.recorders, schemes=["acme"]
    )
    root = Market(small_spec(), seed=11, burn_in=4, schemes=["acme"])
    for _ in range(4):
        straight.step()
        root.step()
    twin = root.fork(TIMELINE, run_off_from=7, recorders=forked.recorders)
    for _ in range(10):
        straight.step()
        twin.step()
    assert_same_bytes(whole.columns(), forked.columns())
    assert_same_markets(straight, twin)


def test_forks_leave_each_other_and_their_root_alone(small_spec):
    root = Market(small_spec(), seed=11, burn_in=3, schemes=["acme"])
    for _ in range(3):
        root.step()
    kept = {name: {f.name: a.copy() for f, a in getattr(root, name)} for name in ("state", "world")}
    first, disturbed, second = root.fork(), root.fork(TIMELINE), root.fork()
    for _ in range(6):  # taking turns
        disturbed.step()
        first.step()
    for _ in range(6):
        second.step()
    assert_same_markets(first, second)
    for name, arrays in kept.items():
        assert_same_bytes(arrays, {f.name: a for f, a in getattr(root, name)})
    assert root.week == 0


def test_a_fork_cannot_start_a_scheme_that_the_root_was_not_told_of(small_spec):
    root = Market(small_spec(), burn_in=0)
    with pytest.raises(UsageError, match="acme starts a scheme"):
        root.fork([SCHEME])


def test_a_scheme_that_may_start_later_changes_nothing_until_it_does(small_spec):
    units = []
    for schemes in ([], ["acme"], ["acme", "crest", "dune"]):
        table = WeeklyTable(start=-2)
        market = Market(small_spec(), seed=11, burn_in=2, schemes=schemes, recorders=[table])
        for _ in range(6):
            market.step()
        units.append({name: table.column(name) for name in table.rows})
    assert_same_bytes(units[0], units[1])
    assert_same_bytes(units[0], units[2])


def test_recorders_change_nothing_but_the_note_of_the_last_poll(small_spec):
    bare, watched = (
        Market(small_spec(), seed=11, burn_in=1, timeline=TIMELINE, recorders=recorders)
        for recorders in ([], Book(8).recorders)
    )
    for _ in range(9):
        bare.step()
        watched.step()
    assert (watched.state.preferred >= 0).any()
    bare.state.preferred[:] = watched.state.preferred
    assert_same_markets(bare, watched)


@pytest.mark.parametrize("busy", [False, True], ids=["ordinary", "busy"])
def test_without_word_of_mouth_every_other_draw_is_the_same(small_spec, busy):
    spec, params = (small_spec(brands=BUSY_BRANDS), BUSY) if busy else (small_spec(), {})
    everything = draw(spec, FOUND, params)
    silent = draw(spec, FOUND, {**params, "word_of_mouth": FOUND["word_of_mouth"].params(on=False)})
    alike = ("needs", "posted") if busy else ("needs", "trips", "posted")  # a stock at home depends on what was bought
    for week, seen in everything.weeks.items():
        for name in alike:
            assert np.array_equal(seen[name], silent.weeks[week][name]), f"{name} of week {week}"
    assert busy or everything.visits.keys() == silent.visits.keys()
    compared = compare_draws(everything, silent)
    assert compared > 0.9 * len(everything.visits) > 700
    assert busy or compared == len(everything.visits)
    drawn = {name for seen in everything.visits.values() for name in seen}
    assert drawn == {"mind", "quotes", "moments", "gumbel"}


# --- known answer: two arms that do the same differ by exactly nothing

SCENARIO = """
title = "Twice the same"
weeks = 12
burn_in = 4
shoppers = 600
replicates = 3
run_off_weeks = 4
focal = "acme"

[record]
panel = 50

[brands.acme]
share = 0.5
price = 5.0
scheme = { reward_rate = 0.05, threshold = 2 }
[brands.bolt]
share = 0.3
price = 4.0
[brands.crest]
share = 0.2
price = 6.0
[retailers.corner]
[retailers.depot]

[calibrated]
constants = { acme = 0.0, bolt = 0.0, crest = 0.0 }
taste_concentration = 2.0
satisfaction_centre = -0.1
talk_centre = 0.2
reviews = { acme = [1, 1, 1, 1, 1], bolt = [1, 1, 1, 1, 1], crest = [1, 1, 1, 1, 1] }

[arms.nothing]
label = "Changes nothing"

[arms.same]
label = "Sets what is already so"
interventions = [{ brand = "acme", set = { price = 5.0, "scheme.threshold" = 2.0 } }]

[arms.cut]
interventions = [{ brand = "acme", from_week = 2, set = { price = 4.0 } }]
"""


@pytest.fixture(scope="module")
def twice_the_same():
    return run_scenario(LoadedScenario(parse_scenario(SCENARIO), "twice", ()), threads=2, window=8)


def test_two_identical_arms_differ_by_exactly_nothing_in_every_metric(twice_the_same):
    rows = [d for d in differences(twice_the_same) if d.arm in {"nothing", "same"}]
    assert {d.metric for d in rows} == set(METRICS)
    for d in rows:
        assert np.isfinite(d.baseline), f"{d.metric} of {d.brand} was never measured"
        assert (d.difference, d.low, d.high) == (0.0, 0.0, 0.0), f"{d.metric} of {d.brand} in {d.arm}"
        assert d.value == d.baseline
    for part in COST_PARTS:
        assert (twice_the_same.costs[part][1:3] == 0.0).all()


def test_two_identical_arms_leave_the_same_bytes(twice_the_same):
    for name, values in {**twice_the_same.weekly, **twice_the_same.window}.items():
        assert values[0].tobytes() == values[1].tobytes() == values[2].tobytes(), name
    for replicate in range(twice_the_same.replicates):
        assert_same_bytes(twice_the_same.panels[0][replicate], twice_the_same.panels[1][replicate])


def test_an_arm_that_does_something_differs(twice_the_same):
    rows = {(d.arm, d.brand): d for d in differences(twice_the_same, metrics=["market_share"])}
    assert rows["cut", "acme"].low > 0.0  # a price cut of a fifth: the paired interval leaves out nought


def test_replicates_have_chances_of_their_own(twice_the_same):
    units = twice_the_same.weekly["units"][0]
    assert len({row.tobytes() for row in units}) == twice_the_same.replicates
    assert len(set(twice_the_same.seeds)) == twice_the_same.replicates


def test_the_number_of_threads_changes_no_result(twice_the_same):
    again = run_scenario(LoadedScenario(parse_scenario(SCENARIO), "twice", ()), threads=1, window=8)
    for name in twice_the_same.weekly:
        assert again.weekly[name].tobytes() == twice_the_same.weekly[name].tobytes(), name
    assert again.scenario_toml == twice_the_same.scenario_toml


# --- golden

GOLDEN_UNITS = [  # a row a week: acme, bolt, crest, dune
    [113, 33, 22, 28],
    [112, 37, 25, 13],
    [98, 36, 21, 22],
    [120, 36, 32, 22],
    [127, 27, 17, 32],
    [109, 34, 29, 24],
    [129, 31, 30, 18],
    [122, 24, 17, 23],
]
GOLDEN_SUMS = {
    "spending": 7884.34,
    "revenue": 5912.96,
    "members": 2300,
    "points_issued": 407_785,
    "points_redeemed": 262_400,
    "points_expired": 49_794,
}
"""Made by running the market below once, on Python 3.11 and 3.13 alike. Whoever changes on purpose what a market
computes prints them anew, and says so in the changelog."""


def test_a_tiny_market_gives_the_numbers_it_always_gave(small_spec):
    table = WeeklyTable()
    market = Market(small_spec(), seed=2024, burn_in=3, timeline=TIMELINE, recorders=[table], schemes=["acme"])
    for _ in range(11):
        market.step()
    assert table.column("units").astype(int).tolist() == GOLDEN_UNITS
    sums = {name: float(table.column(name).sum()) for name in GOLDEN_SUMS}
    assert sums == pytest.approx(GOLDEN_SUMS, rel=1e-12)  # whole cents, points and shoppers, but for the last bit
