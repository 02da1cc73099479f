"""Engagement after the purchase: Relate, the asking for Advocacy, and service contacts met or missed.

*Relate* keeps good memories longer and lets bad ones go sooner; slowing all fading alike would have no mean effect.
*Advocacy* asks happy owners for reviews and referrals. *Educate* and *Learn*, the other two of R.E.A.L., act in the
experience (`education`, `personal_fit`). Owners need a service contact now and then: one that is met raises the
memory of the brand, one that is missed lowers it, with mean zero at the coverage with which the brand started.
"""

import numpy as np

from sim.market.block import Block
from sim.market.chance import philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.fastmath import exp
from sim.market.market import Market
from sim.market.spec import LEVERS
from sim.market.state import Field
from sim.market.week import Behaviour, Phase
from sim.market.world.fading import fade_by_sign

f = np.float32
RELATE, ADVOCACY = LEVERS.index("relate"), LEVERS.index("advocacy")
EVERY = 4  # weeks between two times at which a shopper is asked whether a contact was needed
AT_REST = 1e-9
FORGOTTEN = 1e-6  # share left of a memory below which it is as good as gone
SLOWEST = 0.1  # a lever far below the norm changes half-lives at most tenfold


class Params(BaseParams):
    """How a brand stays with its owners."""

    relate_good: float = dial(
        0.5, "rise of the half-life of good memories with Relate", unit="1/sd", plausible=(0.1, 1), ge=0, le=10,
        source="formulas §3: half-life x (1 + .5 z) where memory is good",
    )  # fmt: skip
    relate_bad: float = dial(
        0.25, "fall of the half-life of bad memories with Relate", unit="1/sd", plausible=(0, 0.5), ge=0, le=10,
        source="formulas §3: half-life / (1 + .25 z) where memory is bad",
    )  # fmt: skip
    asking: float = dial(
        2.0, "rise of the chance that happy owners post and talk with Advocacy", unit="1/sd", plausible=(0.5, 4), ge=0,
        le=100, source="assumption: half as many again at twice the spending; asking is known to work, how well is not",
    )  # fmt: skip
    contacts: float = dial(
        0.02, "chance that an owner needs a service contact", unit="1/week", plausible=(0.005, 0.1), ge=0,
        le=1 / EVERY, source="assumption: once a year",
    )  # fmt: skip
    contact_effect: float = dial(
        0.2, "memory of the brand between a contact met and one missed", unit="sd", plausible=(0.05, 0.5), ge=0, le=10,
        source="assumption: less than a purchase, which moves memory by .3 of its satisfaction",
    )  # fmt: skip
    owner_weeks: int = dial(
        52, "weeks after the last purchase for which a shopper is an owner", unit="weeks", plausible=(4, 260), ge=0,
        le=500, source="assumption: a year; less in groceries, more for durables",
    )  # fmt: skip


def open_week(market: Market) -> None:
    """Bring what levers and coverage do up to date."""
    params = market.params["engagement"]
    assert isinstance(params, Params)
    world = market.world
    fade = float(world.fade[0])
    for k, z in enumerate(world.lift[RELATE]):
        if not world.fades_plainly[k] or abs(z) > AT_REST:
            good, bad = max(1.0 + params.relate_good * z, SLOWEST), max(1.0 + params.relate_bad * z, SLOWEST)
            fade_by_sign(world, k, fade / good, fade * bad)
    world.asked[:] = np.maximum(1.0 + params.asking * world.lift[ADVOCACY], 0.0)
    starts = market.spec.brands.values()
    for k, (brand, start) in enumerate(zip(market.brand_specs, starts, strict=True)):
        world.coverage[:, k] = start.service.coverage, brand.service.coverage
        world.contact_price[k] = round(100.0 * brand.service.contact_cost)


@kernel
def _need_contact(
    first: int, last: int, needed: float, at: Word, why: Word, k0: Word, k1: Word, chance: Array, who: Array
) -> int:
    """List those of a quarter of the shoppers, from `first` on, who would need a contact if they were owners."""
    asked = max(last - first + EVERY - 1, 0) // EVERY
    for j in range(asked):
        w0, _, _, _ = philox(np.uint64(first) + np.uint64(EVERY) * np.uint64(j), at, np.uint64(0), why, k0, k1)
        chance[j] = unit(w0)
    count = 0
    for j in range(asked):
        who[count] = np.uint32(first + EVERY * j)
        count += chance[j] < f(needed)
    return count


@kernel
def _contact(
    who: Array, count: int, week: int, last_brand: Array, bought_week: Array, owner_weeks: int, effect: float,
    fade: float, plainly: Array, kept: Array, coverage: Array, price: Array, at: Word, why: Word, k0: Word, k1: Word,
    memory: Array, met: Array, missed: Array, cost: Array,
) -> None:  # fmt: skip
    """Meet or miss the contacts of owners, and change what they remember of the brand now."""
    for j in range(count):
        i = who[j]
        b = last_brand[i]
        if b < 0 or week - np.int64(bought_week[i, b]) > owner_weeks:
            continue
        _, w1, _, _ = philox(np.uint64(i), at, np.uint64(0), why, k0, k1)
        usual, covered = coverage[0, b], coverage[1, b]
        is_met, was_met = unit(w1) < covered, unit(w1) < usual
        met[b] += is_met
        missed[b] += not is_met
        cost[b] += price[b] * (np.int64(is_met) - np.int64(was_met))
        age = week - np.int64(bought_week[i, b])
        plain = exp(f(-fade) * f(age))
        good, bad = (plain, plain) if plainly[b] else (kept[b, 0, age], kept[b, 1, age])
        now = memory[i, b] * (bad if memory[i, b] < f(0) else good) + f(effect) * (f(is_met) - usual)
        left = bad if now < f(0) else good
        memory[i, b] = now / max(left, f(FORGOTTEN))  # as of the last purchase, as it is stored


def on_shoppers(block: Block) -> None:
    """Let owners need a service contact, which is met or missed."""
    params = block.params("engagement")
    assert isinstance(params, Params)
    visit, state, world, tally = block.visit, block.state, block.world, block.tally
    if params.contacts == 0:
        return
    first = block.first + (-(block.first + block.week)) % EVERY
    draws = (block.at, block.draw("engagement/contact"), *block.key)
    needed = EVERY * params.contacts
    count = _need_contact(first, block.last, needed, *draws, visit.contact_chance, visit.contacted)
    _contact(
        visit.contacted, count, block.week, state.last_brand, state.bought_week, params.owner_weeks,
        params.contact_effect, world.fade[0], world.fades_plainly, world.memory_kept, world.coverage,
        world.contact_price, *draws, state.memory, tally.contacts_met, tally.contacts_missed, tally.contact_cost,
    )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="engagement",
    phase=Phase.RELATE,
    order=10,
    does="stays with owners: fading of memories, asking for advocacy, service contacts met or missed",
    params=Params,
    world=(
        Field("coverage", ("2", "B"), "float32", "", "share of contacts met at the brand's start (0), and now (1)"),
        Field("contact_price", ("B",), "int64", "cents", "cost of one contact met"),
    ),
    visit=(
        Field("contact_chance", ("V",), "float32", "", "the draw behind the need for a contact"),
        Field("contacted", ("V",), "uint32", "shopper", "shoppers of the block who need a contact if they are owners"),
    ),
    tallies=(
        Field("contacts_met", ("B",), "int64", "contacts", "service contacts needed and met"),
        Field("contacts_missed", ("B",), "int64", "contacts", "service contacts needed and missed"),
        Field("contact_cost", ("B",), "int64", "cents", "cost of contacts met beyond those at the brand's start"),
    ),
    reads=("lift", "fade", "last_brand", "bought_week"),
    writes=(
        *("fades_plainly", "memory_kept", "asked", "coverage", "contact_price", "contact_chance", "contacted"),
        *("memory", "contacts_met", "contacts_missed", "contact_cost"),
    ),
    open_week=open_week,
    on_shoppers=on_shoppers,
)
