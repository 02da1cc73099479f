"""What a behaviour must declare, how behaviours are found, and the order of a week as data that can be printed."""

import hashlib
import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from sim.errors import ContractError, UsageError
from sim.market import behaviours as shipped
from sim.market.dials import Params
from sim.market.state import Field

if TYPE_CHECKING:
    from sim.market.block import Block
    from sim.market.market import Market


class Phase(IntEnum):
    """The parts of a week, in order."""

    WORLD = 1
    NEED = 2
    SEARCH = 3
    CHOOSE = 4
    BUY = 5
    USE = 6
    SHARE = 7
    RELATE = 8
    BRANDS = 9


MarketHook = Callable[["Market"], None]
BlockHook = Callable[["Block"], None]


@dataclass(frozen=True)
class Behaviour:
    """One behaviour: what it is called, what it needs, what it changes, and what it does.

    Parameters
    ----------
    name
        Name in scenarios, in the plan and in explanations.
    phase, order
        Where in the week it comes; `order` counts within the phase.
    does
        One clause for the printed plan.
    params
        Its frozen parameters, each with unit, range and source.
    state
        Fields it adds to the shoppers, axes N, B, S.
    world
        Arrays it adds to the world of brands and retailers, axes B, R, S, L levers, A ages in weeks, Y stars,
        2 a pair.
    visit
        Columns it adds to the visits of a round, axes V, B.
    tallies
        Weekly sums it keeps, integers, axes B, S. One of axes B in cents whose name ends in `_cost` is a cost of the
        brands, counted wherever money is: see `sim.market.brands.finance`.
    reads, writes
        Names of fields, columns and tallies that it reads, and that it changes, its own among them.
    commercial
        Whether its term of the utility is a price or a reward, left out of the intrinsic preference.
    setup
        Fills its fields once, when the market is built.
    finish_setup
        The same, for what depends on fields that other behaviours fill.
    open_week
        Runs once a week before the shoppers move.
    on_shoppers
        Runs once a week for each block of shoppers: before the visits up to NEED, after them from SEARCH on.
    on_visit
        Runs for the visits of one round in one block. In SEARCH it adds its term to `block.utility`.
    close_week
        Runs once a week after all shoppers have moved.
    source
        Hash of the file, for a behaviour that does not ship; filled in when it is found.
    """

    name: str
    phase: Phase
    order: int
    does: str
    params: type[Params]
    state: tuple[Field, ...] = ()
    world: tuple[Field, ...] = ()
    visit: tuple[Field, ...] = ()
    tallies: tuple[Field, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    commercial: bool = False
    setup: MarketHook | None = None
    finish_setup: MarketHook | None = None
    open_week: MarketHook | None = None
    on_shoppers: BlockHook | None = None
    on_visit: BlockHook | None = None
    close_week: MarketHook | None = None
    source: str = ""


def discover(folders: Sequence[Path] = ()) -> dict[str, Behaviour]:
    """Find every behaviour that ships, and those in more folders, in the order of a week.

    Parameters
    ----------
    folders
        Folders with further behaviour files; each file is Python code that runs when it is found.

    Returns
    -------
    dict
        Name to behaviour, sorted by phase, then order, then name.

    Raises
    ------
    UsageError
        If a folder does not exist or a file in it holds no behaviour.
    ContractError
        If two behaviours share a name.
    """
    modules = [
        importlib.import_module(f"{shipped.__name__}.{info.name}") for info in pkgutil.iter_modules(shipped.__path__)
    ]
    further: list[Behaviour] = []
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"{folder}: no such folder of behaviours")
        further += [_from_file(path) for path in sorted(folder.glob("*.py"))]
    found: dict[str, Behaviour] = {}
    for behaviour in sorted([*map(_behaviour, modules), *further], key=lambda b: (b.phase, b.order, b.name)):
        if behaviour.name in found:
            raise ContractError(f"two behaviours are called {behaviour.name!r}")
        found[behaviour.name] = behaviour
    return found


def _from_file(path: Path) -> Behaviour:
    """Return the behaviour of a file, marked with a hash of its text."""
    return replace(_behaviour(_load(path)), source=hashlib.sha256(path.read_bytes()).hexdigest()[:16])


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"behaviour_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _behaviour(module: ModuleType) -> Behaviour:
    found = getattr(module, "BEHAVIOUR", None)
    if not isinstance(found, Behaviour):
        raise UsageError(f"{module.__file__}: holds no BEHAVIOUR of type sim.market.week.Behaviour")
    return found


@dataclass(frozen=True)
class Plan:
    """The behaviours that are switched on, in the order of a week, with their parameters."""

    behaviours: tuple[Behaviour, ...]

    @classmethod
    def of(cls, found: Mapping[str, Behaviour], params: Mapping[str, Params]) -> "Plan":
        """Keep the behaviours whose parameters say `on`."""
        return cls(tuple(b for name, b in found.items() if params[name].on))

    def having(self, hook: str, phases: Iterable[Phase] = tuple(Phase)) -> tuple[Behaviour, ...]:
        """Return the behaviours that have a hook, in order, within some phases."""
        return tuple(b for b in self.behaviours if b.phase in phases and getattr(b, hook) is not None)

    def is_written(self, name: str) -> bool:
        """Say whether any behaviour but a payer's own default fills a field, column or tally."""
        return any(name in b.writes for b in self.behaviours if b.phase <= Phase.CHOOSE)

    def rows(self) -> list[dict[str, str]]:
        """Return the plan as a printable table: phase, behaviour, what it does, reads, writes."""
        return [
            {
                "phase": b.phase.name.lower(),
                "behaviour": b.name,
                "does": b.does,
                "reads": ", ".join(b.reads),
                "writes": ", ".join(b.writes),
            }
            for b in self.behaviours
        ]
