"""A harness that watches behaviours at work: what each hook reads, what it changes, and which draws it asks for.

It wraps every hook of every behaviour and lets a market run through its ordinary plan, so a new behaviour file is
watched like those that ship.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args, get_origin

import numpy as np

from sim.market.block import Block
from sim.market.dials import Params
from sim.market.market import Market
from sim.market.record.weekly import WeeklyTable
from sim.market.spec import MarketSpec
from sim.market.state import Frame
from sim.market.week import Behaviour

HOOKS = ("setup", "finish_setup", "open_week", "on_shoppers", "on_visit", "close_week")
SETUPS = ("setup", "finish_setup")
FRAMES = ("state", "world", "visit", "tally")
FIXED_PARTS = ("shares", "slot_of")
"""Arrays of the market beside its frames; nobody may change them."""

Behaviours = Mapping[str, Behaviour]
Contents = dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]
"""Every array by frame and name: as it is, and a copy of what it was."""


@dataclass(repr=False)
class Watch:
    """What was seen, by behaviour and hook."""

    changed: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    touched: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    problems: list[str] = field(default_factory=list)
    prints: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Per behaviour a fingerprint of all arrays after each of its hooks."""


class _Spy:
    """A frame that notes which arrays it is asked for."""

    def __init__(self, frame: Frame, names: set[str]) -> None:
        object.__setattr__(self, "_frame", frame)
        object.__setattr__(self, "_names", names)

    def __getattr__(self, name: str) -> Any:
        if name in self._frame.fields:
            self._names.add(name)
        return getattr(self._frame, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._frame, name, value)

    def __iter__(self) -> Iterator[Any]:
        self._names.update(self._frame.fields)
        return iter(self._frame)


def watched(behaviours: Behaviours, watch: Watch) -> dict[str, Behaviour]:
    """Return the same behaviours with every hook under watch."""

    def wrap(behaviour: Behaviour, hook: str) -> Callable[[Any], None]:
        inner = getattr(behaviour, hook)

        def run(place: Market | Block) -> None:
            frames = {name: getattr(place, name) for name in FRAMES if hasattr(place, name)}
            before = _contents(place, frames)
            _spied(place, frames, lambda: inner(place), watch.touched[behaviour.name, hook])
            _judge(behaviour, hook, place, frames, before, watch)

        return run

    return {
        name: replace(b, **{hook: wrap(b, hook) for hook in HOOKS if getattr(b, hook) is not None})
        for name, b in behaviours.items()
    }


def _market_of(place: Market | Block) -> Market:
    return place if isinstance(place, Market) else place.market


def _contents(place: Market | Block, frames: Mapping[str, Frame]) -> Contents:
    """Return every array in reach, as it is and as a copy."""
    held = {(name, f.name): array for name, frame in frames.items() for f, array in frame}
    market = _market_of(place)
    held |= {("market", name): getattr(market, name) for name in FIXED_PARTS}
    held |= {("market", "ties"): market.ties.to, ("market", "ties_start"): market.ties.start}
    return {at: (array, array.copy()) for at, array in held.items()}


def _spied(place: Market | Block, frames: Mapping[str, Frame], act: Callable[[], None], names: set[str]) -> None:
    """Run with frames that note what they are asked for, also where the market is reached through a block."""
    places = {id(p): p for p in (place, _market_of(place))}.values()
    own = [(p, name, getattr(p, name)) for p in places for name in FRAMES if hasattr(p, name)]
    for p, name, frame in own:
        setattr(p, name, _Spy(frame, names))
    try:
        act()
    finally:
        for p, name, frame in own:
            setattr(p, name, frame)


def _judge(
    behaviour: Behaviour, hook: str, place: Market | Block, frames: Mapping[str, Frame], before: Contents, watch: Watch
) -> None:
    who = f"{behaviour.name}.{hook}"
    fixed = {f.name for frame in frames.values() for f, _ in frame if f.fixed}
    for (frame, name), (array, copy) in before.items():
        if frame != "market" and getattr(frames[frame], name) is not array:
            watch.problems.append(f"{who} bound {frame}.{name} anew")
        if array.dtype != copy.dtype or array.shape != copy.shape:
            watch.problems.append(f"{who} changed the type or shape of {frame}.{name}")
        if array.tobytes() == copy.tobytes():
            continue
        watch.changed[behaviour.name, hook].add(name)
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            watch.problems.append(f"{who} left {frame}.{name} without a finite value")
        if frame == "market" or (name in fixed and hook not in SETUPS):
            watch.problems.append(f"{who} changed {frame}.{name}, which is fixed once the market is built")
    watch.prints[behaviour.name].append(hash(b"".join(array.tobytes() for array, _ in before.values())))


def own_names(behaviour: Behaviour) -> set[str]:
    """Return the names of the fields, columns and tallies that a behaviour declares."""
    return {f.name for group in (behaviour.state, behaviour.world, behaviour.visit, behaviour.tallies) for f in group}


def undeclared_writes(behaviour: Behaviour, watch: Watch) -> set[str]:
    """Return what a behaviour changed and did not say; `setup` may fill the behaviour's own fields unsaid."""
    said = set(behaviour.writes)
    setup = set().union(*(watch.changed[behaviour.name, hook] for hook in SETUPS)) - said - own_names(behaviour)
    return setup.union(*(watch.changed[behaviour.name, hook] - said for hook in HOOKS if hook not in SETUPS))


def undeclared_reads(behaviour: Behaviour, watch: Watch) -> set[str]:
    """Return what a behaviour asked for and did not say; whose visit it is, `who`, goes without saying."""
    said = {*behaviour.reads, *behaviour.writes, "who"}
    setup = set().union(*(watch.touched[behaviour.name, hook] for hook in SETUPS)) - said - own_names(behaviour)
    return setup.union(*(watch.touched[behaviour.name, hook] - said for hook in HOOKS if hook not in SETUPS))


def run_watched(
    spec: MarketSpec, behaviours: Behaviours, params: Mapping[str, Params] | None = None, *, seed: int = 3,
    weeks: int = 8,
) -> tuple[Watch, Market]:  # fmt: skip
    """Run a small market under watch: two weeks at rest, then some with a poll among them and a run-off at the end."""
    watch = Watch()
    everything = {name: behaviour.params(on=True) for name, behaviour in behaviours.items()}
    market = Market(
        spec, {**everything, **(params or {})}, seed=seed, burn_in=2, behaviours=watched(behaviours, watch),
        recorders=[WeeklyTable()], run_off_from=weeks - 3,
    )  # fmt: skip
    for _ in range(weeks):
        market.step()
    return watch, market


def alternatives(kind: type[Params]) -> Iterator[tuple[str, Params]]:
    """Yield parameters with one switch or choice of words set otherwise, each with what was set."""
    for name, info in kind.model_fields.items():
        if name == "on":
            continue
        values: tuple[Any, ...] = ()
        if info.annotation is bool:
            values = (not info.default,)
        elif get_origin(info.annotation) is Literal:
            values = tuple(v for v in get_args(info.annotation) if v != info.default)
        for value in values:
            yield f"{name}={value}", kind.model_validate({"on": True, name: value})


def plausible_ends(kind: type[Params]) -> Iterator[tuple[str, Params]]:
    """Yield parameters with one number at an end of its plausible range, each with what was set."""
    for name, info in kind.model_fields.items():
        extra = info.json_schema_extra
        for value in extra.get("plausible", ()) if isinstance(extra, dict) else ():
            yield f"{name}={value}", kind.model_validate({"on": True, name: value})
