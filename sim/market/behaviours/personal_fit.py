"""Personal fit: what a brand knows of a shopper's needs, and how well the purchase fits them for it.

A brand that tells G segments apart, learned from a sample of n shoppers, misses the needs of a shopper it knows by
W_1 G^(-2/F) (1 + G/n) + sigma^2 age: what differs within a segment, the error of learning it, and the drift of
needs since then (F needs, uniform; a random walk). One it does not know is served as the average shopper and missed
by W_1. Fit is half of what is missed less; it acts in the experience, as the deviation from the brand's own start.

*Learn* raises the share of shoppers known; whom the brand knows is a lasting trait, so more Learn only adds to them.
Data of a scheme's members count only through that lever, which reaches members sooner: a scheme without Learn knows
no more than no scheme. *Personalisation* is money for the same profile made finer and fresher: its stock multiplies
the segments and divides the weeks between refreshes. A brand can also set these itself, at a cost of c_s G + c_r n
/refresh a week beyond that at its start. The age of data goes to refresh/2, and grows by a week a week without any.
"""

import numpy as np

from sim.market.block import Block
from sim.market.chance import philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.market import Market
from sim.market.spec import LEVERS
from sim.market.spec_service import Profile
from sim.market.state import Field
from sim.market.week import Behaviour, Phase

f = np.float32
LEARN, PERSONALISATION = LEVERS.index("learn"), LEVERS.index("personalisation")
AT_REST = 1e-7


class Params(BaseParams):
    """How needs differ and drift, and how many shoppers a brand knows."""

    needs: int = dial(
        4, "needs in which shoppers differ", unit="needs", plausible=(2, 8), ge=1, le=1000,
        source="assumption: F; a handful of benefits a category",
    )  # fmt: skip
    difference: float = dial(
        1.0, "variance of needs between shoppers", unit="sd^2", plausible=(0.3, 2), ge=0, le=100,
        source="formulas §3: W_1",
    )  # fmt: skip
    drift: float = dial(
        0.01, "variance by which the needs of a shopper drift", unit="sd^2/week", plausible=(0.002, 0.05), ge=0, le=10,
        source="formulas §3: sigma_d^2",
    )  # fmt: skip
    misfit: float = dial(
        0.5, "what a unit of needs missed takes from the experience", unit="1/sd", plausible=(0.1, 1), ge=0, le=10,
        source="formulas §3: fit = -(loss - loss_0)/2",
    )  # fmt: skip
    known: float = dial(
        0.3, "share of buyers whom a brand knows at rest", plausible=(0.05, 0.6), ge=0, le=1,
        source="assumption: a third are on some list",
    )  # fmt: skip
    learns: float = dial(
        1.0, "rate at which Learn finds those still unknown", unit="1/sd", plausible=(0.3, 3), ge=0, le=100,
        source="assumption: a fifth of the unknown at twice the spending",
    )  # fmt: skip
    learns_members: float = dial(
        3.0, "the same for members of the brand's scheme, if it uses their data", unit="1/sd", plausible=(1, 10), ge=0,
        le=100, source="assumption: three times as fast, since every purchase is on file",
    )  # fmt: skip


def missed(params: Params, profile: Profile, finer: float, age: float) -> float:
    """Return how far the needs of a known shopper are missed, with `finer` times the segments of a profile of an age.

    A brand cannot tell more segments apart than it asked shoppers.
    """
    segments = min(profile.segments * finer, float(profile.sample))
    within = params.difference * segments ** (-2.0 / params.needs)
    return within * (1.0 + segments / profile.sample) + params.drift * age


def older(age: float, refresh_weeks: float) -> float:
    """Return the mean age of data a week later: it tends to half the time between refreshes, from 1 a week if never."""
    settled = refresh_weeks / 2.0
    return settled + (age - settled) * float(np.exp(-1.0 / settled))


def cost(profile: Profile) -> float:
    """Return what a profile costs, as a share of the sales of the undisturbed market."""
    return profile.segment_cost * profile.segments + profile.sample_cost * profile.sample / profile.refresh_weeks


def setup(market: Market) -> None:
    """Start with data as old as each brand's refreshes make them."""
    market.world.data_age[:] = [brand.profile.refresh_weeks / 2.0 for brand in market.spec.brands.values()]


def open_week(market: Market) -> None:
    """Let data grow older, and work out how well brands know their shoppers, and how many of them."""
    params = market.params["personal_fit"]
    assert isinstance(params, Params)
    world, starts = market.world, market.spec.brands.values()
    found = np.maximum(world.lift[LEARN], 0.0)
    for k, (brand, start) in enumerate(zip(market.brand_specs, starts, strict=True)):
        profile, rest, finer = brand.profile, start.profile, world.stock[PERSONALISATION, k]
        world.data_age[k] = older(world.data_age[k], max(profile.refresh_weeks / finer, 1.0))
        at_rest = missed(params, rest, 1.0, rest.refresh_weeks / 2.0)
        now = missed(params, profile, finer, world.data_age[k])
        world.fit[:, k] = params.misfit * (params.difference - np.array([at_rest, now]))
        speeds = (params.learns, params.learns_members if profile.uses_data else params.learns)
        world.known[:, k] = 1.0 - (1.0 - params.known) * np.exp(-np.array(speeds) * found[k])
        market.tally.insight_cost[k] = round(100.0 * (cost(profile) - cost(rest)) * market.brands[k].norm_sales)
    moved = np.abs(world.known - params.known).max(axis=0) + np.abs(world.fit[1] - world.fit[0])
    world.fits_anew[:] = moved > AT_REST


@kernel
def _fit(
    who: Array, count: int, choice: Array, slot_of: Array, member: Array, anew: Array, fit: Array, known: Array,
    usual: float, why: Word, k0: Word, k1: Word, uplift: Array,
) -> None:  # fmt: skip
    """Add the fit of those known now less that of those known at rest, who are among them."""
    for j in range(count):
        b = choice[j]
        if anew[b]:
            w0, _, _, _ = philox(np.uint64(who[j]), np.uint64(0), np.uint64(b), why, k0, k1)
            slot = slot_of[b]
            is_member = slot >= 0 and member[who[j], slot] > 0
            now = fit[1, b] if unit(w0) < known[np.uint32(is_member), b] else f(0)
            uplift[j] += now - (fit[0, b] if unit(w0) < f(usual) else f(0))


def on_visit(block: Block) -> None:
    """Let known buyers feel how well the brand fits them."""
    params = block.params("personal_fit")
    assert isinstance(params, Params)
    visit, world = block.visit, block.world
    if world.fits_anew.any():
        _fit(
            visit.who, block.count, visit.choice, block.market.slot_of, block.state.member, world.fits_anew, world.fit,
            world.known, params.known, block.draw("personal_fit/known"), *block.key, visit.uplift,
        )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="personal_fit",
    phase=Phase.USE,
    order=2,
    does="is served by what the brand knows of its needs, fresh or stale",
    params=Params,
    world=(
        Field("data_age", ("B",), "float64", "weeks", "mean age of what the brand knows of needs"),
        Field("fit", ("2", "B"), "float32", "sd", "fit of a shopper known, at the brand's start (0) and now (1)"),
        Field("known", ("2", "B"), "float32", "", "share known of shoppers who are no members (0) and of members (1)"),
        Field("fits_anew", ("B",), "bool", "yes/no", "whether knowledge differs from that at the brand's start"),
    ),
    tallies=(Field("insight_cost", ("B",), "int64", "cents", "cost of profiles beyond that at the brand's start"),),
    reads=("who", "choice", "member", "lift", "stock", "list_price_start"),
    writes=("data_age", "fit", "known", "fits_anew", "uplift", "insight_cost"),
    setup=setup,
    open_week=open_week,
    on_visit=on_visit,
)
