"""The market: builds the world from its settings, and steps it week by week; nothing else."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.errors import UsageError
from sim.market import chance
from sim.market.agents import Brand, Retailer, Shopper
from sim.market.block import Block
from sim.market.brands.strategy import brand_this_week, note_moves
from sim.market.building import (
    AGES,
    SHARED,
    SHOPPERS,
    WORD_AGES,
    WORLD,
    block_size,
    brands_starting_schemes,
    brands_with_schemes,
    draw_traits,
    fill_world,
    let,
    share_of,
)
from sim.market.dials import Params
from sim.market.moving import move
from sim.market.record.poll import CHUNK
from sim.market.record.recorder import Recorder
from sim.market.spec import LEVERS, Intervention, MarketSpec
from sim.market.spec import Brand as BrandSpec
from sim.market.spec import Retailer as RetailerSpec
from sim.market.state import Frame
from sim.market.timeline import effective_settings
from sim.market.week import Behaviour, Plan, discover
from sim.market.world.network import Ties, lay_ties


class Market(mesa.Model):
    """A market of shoppers, brands and retailers; a Mesa model whose `step` is one week.

    Parameters
    ----------
    spec
        What the market is made of.
    params
        Parameters of behaviours by name; those left out take their defaults.
    seed
        Seed of all chance, 0 to 2^63 - 1.
    burn_in
        Weeks before week 0; until then the market is undisturbed and ratings set their own norm.
    timeline
        Changes from week 0 on.
    run_off_from
        First week in which joining, accrual and extra spending have stopped; never if None.
    threads
        Worker threads; they change the speed and nothing else.
    behaviours
        Behaviours to choose from; those that ship if None.
    recorders
        What to write down; they read the market and never change it.
    schemes
        Brands that may start a scheme later, in a fork, besides those that the settings and timeline name.
    """

    def __init__(
        self,
        spec: MarketSpec,
        params: Mapping[str, Params] | None = None,
        *,
        seed: int = 1,
        burn_in: int = 52,
        timeline: Sequence[Intervention] = (),
        run_off_from: int | None = None,
        threads: int = 1,
        behaviours: Mapping[str, Behaviour] | None = None,
        recorders: Sequence[Recorder] = (),
        schemes: Sequence[str] = (),
    ) -> None:
        super().__init__(rng=seed)
        self.spec = spec
        self.behaviours = dict(behaviours or discover())
        given = dict(params or {})
        if any(path.endswith(".on") for change in timeline for path in change.set):
            raise UsageError("a behaviour cannot be switched on or off on the timeline; set its weight to zero instead")
        unknown = sorted(set(given) - set(self.behaviours))
        if unknown:
            raise UsageError(f"no behaviour called {unknown[0]!r}; there are {', '.join(self.behaviours)}")
        self.params_start = {name: given.get(name) or b.params() for name, b in self.behaviours.items()}
        self.params = dict(self.params_start)
        self.plan = Plan.of(self.behaviours, self.params)
        self.seed = seed
        self.key = chance.key(seed)
        self.purposes: dict[str, np.uint64] = {}
        self.memo: dict[str, Any] = {}
        self.burn_in = burn_in
        self.week = -burn_in
        self.timeline = tuple(timeline)
        self.run_off_from = run_off_from
        self.threads = threads
        self.recorders = list(recorders)
        self._build_world(schemes)
        self._build_agents()
        let(self, "setup")
        let(self, "finish_setup")

    def _build_world(self, schemes: Sequence[str]) -> None:
        spec = self.spec
        self.brand_keys = tuple(spec.brands)
        self.retailer_keys = tuple(spec.retailers)
        self.brand_specs: tuple[BrandSpec, ...] = tuple(spec.brands.values())
        self.retailer_specs: tuple[RetailerSpec, ...] = tuple(spec.retailers.values())
        shares = np.array([brand.share for brand in self.brand_specs])
        self.shares: NDArray[np.float64] = shares / shares.sum()
        self.scheme_brands = brands_with_schemes(self.spec, {*schemes, *brands_starting_schemes(self.timeline)})
        self.slot_of = np.full(len(shares), -1, np.int8)
        self.slot_of[list(self.scheme_brands)] = np.arange(len(self.scheme_brands))
        self.sizes = {
            "N": spec.shoppers, "B": len(shares), "R": len(self.retailer_keys), "S": len(self.scheme_brands),
            "L": len(LEVERS), "A": AGES, "T": WORD_AGES, "Y": 5, "1": 1, "2": 2, "4": 4,
        }  # fmt: skip
        everything = self.behaviours.values()
        self.state = Frame((*SHOPPERS, *(f for b in everything for f in b.state)), self.sizes)
        self.world = Frame((*WORLD, *(f for b in everything for f in b.world)), self.sizes)
        self.block_size = block_size(spec, self.threads)
        self._build_workers()
        self.ties: Ties = lay_ties(spec.network, spec.shoppers, chance.derive(self.seed, "network"))
        draw_traits(self)
        fill_world(self)

    def _build_workers(self) -> None:
        """Make the scratch space of each worker, and the sums of the week."""
        everything = self.behaviours.values()
        tallies = tuple(f for b in everything for f in b.tallies)
        columns = tuple(f for b in everything for f in b.visit)
        self.tally = Frame(tallies, self.sizes)
        self._workers = [Block(self, columns, tallies, self.block_size) for _ in range(self.threads)]
        self.poll_block = Block(self, columns, tallies, min(CHUNK, self.spec.shoppers))

    def _build_agents(self) -> None:
        self.brands = [Brand(self, k, key) for k, key in enumerate(self.brand_keys)]
        self.retailers = [Retailer(self, r, key) for r, key in enumerate(self.retailer_keys)]
        self.datacollector = mesa.DataCollector(
            model_reporters={f"share_{key}": partial(share_of, brand=k) for k, key in enumerate(self.brand_keys)}
        )

    def fork(
        self,
        timeline: Sequence[Intervention] = (),
        *,
        run_off_from: int | None = None,
        recorders: Sequence[Recorder] = (),
    ) -> "Market":
        """Return a market that goes on from here by itself, with another future; what never changes is shared.

        Raises
        ------
        UsageError
            If the timeline starts a scheme that this market was not told of when it was built.
        """
        new = sorted(brands_starting_schemes(timeline) - {self.brand_keys[k] for k in self.scheme_brands})
        if new:
            raise UsageError(f"{new[0]} starts a scheme: build the market with schemes=[{new[0]!r}]")
        twin = object.__new__(type(self))
        mesa.Model.__init__(twin, rng=self.seed)
        for name in SHARED:
            setattr(twin, name, getattr(self, name))
        twin.state, twin.world, twin.memo = self.state.copy(), self.world.copy(), dict(self.memo)
        twin.timeline, twin.run_off_from, twin.recorders = tuple(timeline), run_off_from, list(recorders)
        twin._follow_timeline(anew=True)
        twin._build_workers()
        twin._build_agents()
        return twin

    @property
    def undisturbed(self) -> bool:
        """True during the burn-in."""
        return self.week < 0

    @property
    def running_off(self) -> bool:
        """True once joining, accrual and extra spending have stopped."""
        return self.run_off_from is not None and self.week >= self.run_off_from

    @property
    def reacts(self) -> bool:
        """True if any brand answers a rival."""
        return any(brand.strategy.kind == "reactive" for brand in self.brand_specs)

    @property
    def taste_concentration(self) -> float | None:
        """S of the tastes to draw: the fitted one if there is one."""
        calibrated = self.spec.calibrated
        return self.spec.category.taste_concentration if calibrated is None else calibrated.taste_concentration

    def draw(self, name: str) -> np.uint64:
        """Return the purpose number of one kind of draw, named `behaviour/what`."""
        return self.purposes.setdefault(name, chance.purpose(name))

    def step(self) -> None:
        """Let one week pass."""
        self._follow_timeline()
        for _, total in self.tally:
            total[...] = 0
        for brand in self.brands:
            brand.step()
        for retailer in self.retailers:
            retailer.step()
        for recorder in self.recorders:
            recorder.open_week(self)
        let(self, "open_week")
        self._shoppers_move()
        let(self, "close_week")
        for brand in self.brands:
            brand.count_customers()
        for recorder in self.recorders:
            recorder.close_week(self)
        self.datacollector.collect(self)
        self.week += 1

    def _follow_timeline(self, *, anew: bool = False) -> None:
        """Bring brands, retailers and parameters to where the timeline has them this week.

        What brands do ends with the run-off; the economy, shops and shoppers go on as they would have.
        """
        if not anew and (self.week < 0 or not (self.timeline or self.reacts)):
            return
        self.brand_specs = tuple(brand_this_week(self, key) for key in self.brand_keys)
        note_moves(self)
        common = [c for c in self.timeline if c.brand is None]
        if anew or common:
            self.retailer_specs = tuple(
                effective_settings(self.spec.retailers[key], common, self.week, f"retailers.{key}")
                for key in self.retailer_keys
            )
            self.params = {
                name: effective_settings(params, common, self.week, f"behaviours.{name}")
                for name, params in self.params_start.items()
            }
            self.plan = Plan.of(self.behaviours, self.params)
        self.world.list_price[:] = [brand.price for brand in self.brand_specs]

    def _shoppers_move(self) -> None:
        move(self, self._workers)
        for worker in self._workers:
            for field, part in worker.tally:
                getattr(self.tally, field.name)[...] += part
                part[...] = 0

    def shopper(self, i: int) -> Shopper:
        """Return one shopper: a view of row `i` with named attributes.

        Raises
        ------
        UsageError
            If there is no such shopper.
        """
        if not 0 <= i < self.spec.shoppers:
            raise UsageError(f"no shopper {i}: there are shoppers 0 to {self.spec.shoppers - 1}")
        return Shopper(self, i)

    @property
    def nbytes(self) -> int:
        """Bytes that grow with the number of shoppers: their state and their ties."""
        return int(self.state.nbytes + self.ties.start.nbytes + self.ties.to.nbytes)
