"""What every behaviour must keep to, whether it ships or was added: found by discovery, tested unasked."""

import ast
import re
import zlib
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from behaviour_contract import HOOKS, alternatives, plausible_ends, run_watched, undeclared_reads, undeclared_writes
from pydantic import BaseModel, ValidationError
from visible_draws import compare_draws, draw

import sim.market
from sim.market.block import Block
from sim.market.dials import register
from sim.market.market import Market
from sim.market.spec import LEVERS, MarketSpec
from sim.market.week import Phase, discover

FOUND = discover()
NAMES = list(FOUND)
BUSY = {
    "share": 0.3,
    "price": 4.0,
    "scheme": {"reward_rate": 0.05, "threshold": 2, "expiry_weeks": 3},
    "spend": dict.fromkeys(LEVERS, 200.0),
    "service": {"gesture_rate": 0.1, "recovery": 0.8},
}
"""A brand that does all that it can, so that nothing is idle."""
SOURCES = sorted(Path(sim.market.__file__).parents[1].rglob("*.py"))
PURPOSE = re.compile(r"[a-z_]+/[a-z_]+")

STIRRED = {
    "circumstances": FOUND["circumstances"].params(
        economy=-0.5, life_events=13, impatience_trend=0.1, expertise_trend=0.1
    )
}
STIRRED_BRANDS = {
    "crest": {"share": 0.2, "price": 6.0, "promise": 0.5, "awareness": 0.5, "spend": {"adverts": 50.0}},
    "dune": {"share": 0.1, "price": 5.5, "launch_week": 2},
}
"""A market in which much goes on that does not at rest: a downturn, promises, and brands that are new."""


@pytest.fixture(scope="module")
def watches(small_spec):
    """Watch the small market with all defaults, every switch and choice of words set otherwise, and busy."""
    changes = [{}] + [{name: params} for name, b in FOUND.items() for _, params in alternatives(b.params)]
    quiet = [run_watched(small_spec(), FOUND, change)[0] for change in changes]
    stirred = run_watched(small_spec(brands=STIRRED_BRANDS), FOUND, STIRRED)[0]
    rich = {"voucher_every": 2, "tier_at": 5, "tier_bonus": 0.5, "tier_perk": 0.05, "reward_rate": 0.05, "threshold": 2}
    full = small_spec(brands={"bolt": {"share": 0.3, "price": 4.0, "scheme": rich}})
    busy = run_watched(small_spec(brands={"bolt": BUSY}), FOUND)[0]
    return [*quiet, stirred, busy, run_watched(full, FOUND)[0]]


# --- what it does


@pytest.mark.parametrize("name", NAMES)
def test_it_changes_only_what_it_declares(watches, name):
    found = set().union(*(undeclared_writes(FOUND[name], watch) for watch in watches))
    assert not found, f"{name} changes {sorted(found)} and does not name them in `writes`"


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_only_what_it_declares(watches, name):
    found = set().union(*(undeclared_reads(FOUND[name], watch) for watch in watches))
    assert not found, f"{name} reads {sorted(found)} and does not name them in `reads`"


@pytest.mark.parametrize("name", NAMES)
def test_it_declares_nothing_that_it_never_touches(watches, name):
    touched = set().union(*(watch.touched[name, hook] for watch in watches for hook in HOOKS))
    assert {*FOUND[name].reads, *FOUND[name].writes} <= touched


@pytest.mark.parametrize("name", NAMES)
def test_it_keeps_types_and_shapes_and_finite_numbers_and_leaves_fixed_arrays_alone(watches, name):
    assert not [problem for watch in watches for problem in watch.problems if problem.startswith(f"{name}.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_bytes_after_every_hook(small_spec, name):
    first, second, other = (run_watched(small_spec(), FOUND, seed=seed, weeks=4)[0].prints[name] for seed in (8, 8, 9))
    assert first
    assert first == second
    assert first != other


@pytest.mark.parametrize("name", NAMES)
def test_its_numbers_stay_finite_at_either_end_of_every_plausible_range(small_spec, name):
    for what, params in plausible_ends(FOUND[name].params):
        market = Market(small_spec(shoppers=150), {name: params}, seed=4, burn_in=1)
        for _ in range(4):
            market.step()
        for frame in (market.state, market.world, market.tally):
            for field, array in frame:
                assert np.isfinite(array).all(), f"{field.name} at {what}"
        assert market.tally.units.sum() == market.tally.trips[0] - market.tally.postponed_visits[0]


@pytest.mark.parametrize("name", NAMES)
def test_switching_it_off_reshuffles_no_draw_of_the_others(small_spec, monkeypatch, name):
    asked = defaultdict(set)
    true_draw = Block.draw

    def noted(self, purpose):
        if self.round == 0:
            asked[id(self.market)].add((self.week, purpose))
        return true_draw(self, purpose)

    monkeypatch.setattr(Block, "draw", noted)
    all_on = draw(small_spec(), FOUND, {})
    one_off = draw(small_spec(), FOUND, {name: FOUND[name].params(on=False)})
    compared = compare_draws(all_on, one_off)
    if name != "need":  # without needs nobody shops, and there is nothing to compare
        assert compared > 800
        ours, theirs = ({p for p in purposes if not p[1].startswith(f"{name}/")} for purposes in asked.values())
        assert ours == theirs


# --- what it is called, and what it may be told


@pytest.mark.parametrize("name", NAMES)
def test_its_purposes_begin_with_its_name(name):
    path = Path(sim.market.__file__).parent / "behaviours" / f"{name}.py"
    words = _purposes(path)
    assert all(word.startswith(f"{name}/") for word in words), words


def test_every_purpose_has_a_number_of_its_own():
    purposes = sorted(set().union(*(_purposes(path) for path in SOURCES)))
    assert len(purposes) >= 20  # the search still finds them
    numbers = {purpose: zlib.crc32(purpose.encode()) for purpose in purposes}
    assert len(set(numbers.values())) == len(numbers)


def _purposes(path: Path) -> set[str]:
    """Return every text of the form `who/what` that is no unit, and what seeds are derived for, in a source file."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(path.read_text())]
    while waiting:
        node = waiting.pop()
        called = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
        if called in {"Field", "dial"}:  # whose texts are units
            continue
        if called in {"derive", "draw_seed"} and isinstance(node, ast.Call):
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            found |= {f"derive/{text}" for text in texts}
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and PURPOSE.fullmatch(node.value):
            found.add(node.value)
        waiting += ast.iter_child_nodes(node)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_does_in_one_clause_and_what_it_touches_in_known_names(small_spec, name):
    behaviour = FOUND[name]
    market = Market(small_spec(), burn_in=0)
    frames = (market.state, market.world, market.tally, market.poll_block.visit)
    known = {field.name for frame in frames for field, _ in frame}
    assert {*behaviour.reads, *behaviour.writes} <= known
    assert behaviour.does
    assert "\n" not in behaviour.does
    assert isinstance(behaviour.phase, Phase)
    assert any(getattr(behaviour, hook) for hook in HOOKS)


def _settings() -> list[tuple[str, type[BaseModel]]]:
    return [("", MarketSpec), *((f"behaviours.{name}", b.params) for name, b in FOUND.items())]


@pytest.mark.parametrize(("prefix", "kind"), _settings(), ids=lambda v: v if isinstance(v, str) else "")
def test_every_dial_has_a_source_and_a_plausible_range_around_its_default(prefix, kind):
    for row in register(kind, prefix):
        if not row["source"] and not prefix:
            continue  # a market's own settings also hold names and sizes, which are no dials
        assert row["source"], row["id"]
        assert row["meaning"], row["id"]
        default = row["default"]
        if isinstance(default, bool) or default is None:
            continue
        assert row["range"] is not None, f"{row['id']} has no plausible range"
        low, high = row["range"]
        assert low <= default <= high, row["id"]
        assert low < high, row["id"]


@pytest.mark.parametrize("name", NAMES)
def test_every_number_and_switch_of_a_behaviour_is_a_dial(name):
    dials = {row["id"] for row in register(FOUND[name].params, "") if row["source"]}
    for field, info in FOUND[name].params.model_fields.items():
        if info.annotation in {int, float, bool} and field != "on":
            assert field in dials


@pytest.mark.parametrize("name", NAMES)
def test_its_parameters_are_frozen_and_know_no_other_key(name):
    kind = FOUND[name].params
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        kind.model_validate({"no_such_dial": 1})
    params = kind(on=True)
    with pytest.raises(ValidationError, match="frozen"):
        params.on = False


@pytest.mark.parametrize("name", NAMES)
def test_both_ends_of_a_plausible_range_are_allowed(name):
    assert all(isinstance(params, FOUND[name].params) for _, params in plausible_ends(FOUND[name].params))
