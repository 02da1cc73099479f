"""Using the product: experience at the four moments, the gap to what was expected, satisfaction, memory.

Each moment is a normal draw around the brand's capability there. Within an episode the peak and the end weigh more
(Kahneman, Fredrickson, Schreiber & Redelmeier 1993). Satisfaction is half the experience and half its gap to the
expectation, in which losses loom larger (Oliver 1980; Kahneman & Tversky 1979). Across episodes memory moves at a
constant rate and fades to the market's norm, so that it has a closed form: sum of a(1-a)^(n-j) s_j phi^age.
"""

import numpy as np

from sim.market import chance
from sim.market.block import Block
from sim.market.chance import philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.fastmath import cos_turn, ln, normal
from sim.market.market import Market
from sim.market.state import NEVER, Field
from sim.market.week import Behaviour, Phase
from sim.market.world.fading import FIELDS, fade_plainly, recall, recall_by_sign

f = np.float32
LONGEST_AGO = 5_000.0  # weeks before the start: older purchases are as good as forgotten
FIXED = 65536.0
"""Satisfaction is summed in 1/65536 of a standard deviation, so that the order of threads cannot matter."""


class Params(BaseParams):
    """From experience to satisfaction to memory."""

    noise: float = dial(
        1.0, "standard deviation of an episode", unit="sd of experience", plausible=(0.5, 1.5), ge=0, le=10,
        source="formulas §3: the unit of experience",
    )  # fmt: skip
    peak: float = dial(
        0.3, "weight of the strongest moment in an episode", plausible=(0, 0.5), ge=0, le=0.5,
        built=True, source="Kahneman et al. 1993; formulas §3",
    )  # fmt: skip
    end: float = dial(
        0.3, "weight of the last moment in an episode", plausible=(0, 0.5), ge=0, le=0.5,
        built=True, source="Kahneman et al. 1993; formulas §3",
    )  # fmt: skip
    gap_weight: float = dial(
        0.5, "share of the gap to expectation in satisfaction", plausible=(0, 0.8), ge=0, le=1,
        source="Oliver 1980: disconfirmation beside performance; formulas §3",
    )  # fmt: skip
    loss_aversion: float = dial(
        1.5, "weight of a disappointment against an equal delight", plausible=(1, 2.25), ge=1, le=5,
        source="Kahneman & Tversky 1979: 2.25 for money; formulas §3: 1 to 2.25",
    )  # fmt: skip
    memory_in_expectation: float = dial(
        0.5, "weight of memory in what is expected, against a norm of 1", plausible=(0, 2), ge=0, le=10,
        source="assumption: formulas §3, tau_m",
    )  # fmt: skip
    reviews_in_expectation: float = dial(
        0.3, "weight of a brand's rating in what is expected, against a norm of 1", plausible=(0, 2), ge=0, le=10,
        source="assumption: formulas §3, tau_r",
    )  # fmt: skip
    learning: float = dial(
        0.3, "how far memory moves to the newest satisfaction", plausible=(0.1, 0.6), ge=0, le=1,
        source="formulas §3: a",
    )  # fmt: skip
    memory_half_life: float = dial(
        26.0, "half-life of memory without a new purchase", unit="weeks", plausible=(13, 52), gt=0, le=1e9,
        source="formulas §3: 13 to 52 weeks",
    )  # fmt: skip
    bad_enough: float = dial(
        -1.5, "satisfaction below which the next purchase is evaluated", unit="sd", plausible=(-2.5, -1), le=0, ge=-100,
        source="formulas §3: force evaluation after s < -1.5",
    )  # fmt: skip
    past_purchases: int = dial(
        10, "purchases that every shopper made before the start, by taste alone", unit="purchases", plausible=(0, 30),
        ge=0, le=1000, built=True,
        source="formulas §2: memory from ten virtual purchases, since light buyers take years to settle",
    )  # fmt: skip
    sees_levels: bool = dial(
        False, "whether a brand's level of quality counts besides its change",
        source="formulas §3: levels are reported, choice sees deviations, since tastes hold the levels",
    )  # fmt: skip


def episode_scale(peak: float, end: float) -> float:
    """Return the factor that gives peak-and-end weighted episodes of four standard normal moments unit variance."""
    q = np.stack([chance.normals(1, "usage/scale", np.arange(100_000), index=m) for m in range(4)])
    strongest = np.take_along_axis(q, np.abs(q).argmax(axis=0)[None], axis=0)[0]
    remembered = peak * strongest + end * q[3] + (1.0 - peak - end) * q.mean(axis=0)
    return float(1.0 / remembered.std())


def virtual_past(market: Market) -> None:
    """Give every shopper a past of purchases by taste alone, so that memory and habit start at rest."""
    params = market.params["usage"]
    assert isinstance(params, Params)
    state = market.state
    kept = 0.5 ** (1.0 / params.memory_half_life)
    _remember(
        state.taste + market.world.constant.astype(np.float32), state.rate, params.learning, kept, market.week,
        params.past_purchases, market.draw("usage/past"), *market.key, state.memory, state.bought_week,
        state.last_brand,
    )  # fmt: skip


@kernel
def _remember(
    taste: Array, rate: Array, learning: float, kept: float, week: int, purchases: int, why: Word, k0: Word, k1: Word,
    memory: Array, bought_week: Array, last_brand: Array,
) -> None:  # fmt: skip
    brands = taste.shape[1]
    ages = np.empty(purchases)
    for i in range(taste.shape[0]):
        total = 0.0
        top = taste[i].max()
        for b in range(brands):
            total += np.exp(np.float64(taste[i, b] - top))
        age = 0.0
        for n in range(purchases):
            w0, _, _, _ = philox(np.uint64(i), np.uint64(n), np.uint64(0), why, k0, k1)
            age += -np.log(np.float64(unit(w0))) / max(np.float64(rate[i]), 1e-6)
            ages[n] = min(age, LONGEST_AGO)
        for n in range(purchases - 1, -1, -1):  # from the oldest to the newest
            _, w1, w2, w3 = philox(np.uint64(i), np.uint64(n), np.uint64(0), why, k0, k1)
            left = unit(w1) * total
            b = -1
            while left > 0.0 and b < brands - 1:
                b += 1
                left -= np.exp(np.float64(taste[i, b] - top))
            when = week - 1 - int(ages[n])
            was = 0.0
            if bought_week[i, b] != NEVER:
                was = memory[i, b] * kept ** (when - bought_week[i, b])
            memory[i, b] = was + learning * (normal(unit(w2), unit(w3)) - was)
            bought_week[i, b] = when
            last_brand[i] = b


def setup(market: Market) -> None:
    """Scale episodes to unit variance and give shoppers a past."""
    params = market.params["usage"]
    assert isinstance(params, Params)
    market.memo["usage/scale"] = episode_scale(params.peak, params.end)
    if params.past_purchases:
        virtual_past(market)


def open_week(market: Market) -> None:
    """Bring the speed at which memory fades up to date."""
    params = market.params["usage"]
    assert isinstance(params, Params)
    fade_plainly(market.world, np.log(2.0) / params.memory_half_life)


@kernel
def _moments(
    who: Array, count: int, at: Word, why: Word, k0: Word, k1: Word, q0: Array, q1: Array, q2: Array, q3: Array
) -> None:
    """Draw four standard normal moments a visit (Box & Muller 1958, both of each pair)."""
    for j in range(count):
        w0, w1, w2, w3 = philox(np.uint64(who[j]), at, np.uint64(0), why, k0, k1)
        r0, r1 = np.sqrt(f(-2) * ln(unit(w0))), np.sqrt(f(-2) * ln(unit(w2)))
        t0, t1 = unit(w1), unit(w3)
        s0, s1 = t0 + f(0.75), t1 + f(0.75)
        q0[j] = r0 * cos_turn(t0)
        q1[j] = r0 * cos_turn(s0 - f(1) if s0 > f(1) else s0)
        q2[j] = r1 * cos_turn(t1)
        q3[j] = r1 * cos_turn(s1 - f(1) if s1 > f(1) else s1)


@kernel
def _remembered_episode(
    count: int, peak: float, end: float, scale: float, q0: Array, q1: Array, q2: Array, q3: Array, uplift: Array,
    experienced: Array,
) -> None:  # fmt: skip
    """Weigh the moments of each episode: the strongest, the last, and their mean; the uplift is felt in all of them."""
    even = f(0.25 * (1.0 - peak - end))
    for j in range(count):
        strongest = q1[j] if abs(q1[j]) > abs(q0[j]) else q0[j]
        strongest = q2[j] if abs(q2[j]) > abs(strongest) else strongest
        strongest = q3[j] if abs(q3[j]) > abs(strongest) else strongest
        mean = even * (q0[j] + q1[j] + q2[j] + q3[j])
        experienced[j] = (f(peak) * strongest + f(end) * q3[j] + mean) * f(scale) + uplift[j]


@kernel
def _add_brand(count: int, choice: Array, base: Array, noise: float, moments: Array) -> None:
    """Add what the chosen brand is capable of at each moment."""
    for j in range(count):
        b = choice[j]
        for m in range(moments.shape[0]):
            moments[m, j] = f(noise) * moments[m, j] + base[m, b]


@kernel
def _satisfy(
    count: int, choice: Array, expected_base: Array, gap_weight: float, loss: float, tau_memory: float, centre: float,
    experienced: Array, expectation: Array, faded: Array, satisfaction: Array,
) -> None:  # fmt: skip
    """Hold the experience against what was expected."""
    for j in range(count):
        satisfaction[j] = expected_base[choice[j]]
    for j in range(count):
        r = experienced[j]
        gap = r - (satisfaction[j] + expectation[j] + f(tau_memory) * faded[j])
        felt = gap if gap > f(0) else f(loss) * gap
        satisfaction[j] = f(1.0 - gap_weight) * r + f(gap_weight) * felt - f(centre)


@kernel
def _learn(
    who: Array, count: int, choice: Array, learning: float, bad: float, faded: Array, satisfaction: Array,
    memory: Array, unsettled: Array, total: Array,
) -> None:  # fmt: skip
    for j in range(count):
        i, b, s = who[j], choice[j], satisfaction[j]
        memory[i, b] = faded[j] + f(learning) * (s - faded[j])
        unsettled[i] = s < f(bad)
        total[b] += np.int64(np.rint(s * f(FIXED)))


def on_visit(block: Block) -> None:
    """Let every shopper of the round use what it bought, and remember."""
    params = block.params("usage")
    assert isinstance(params, Params)
    visit, state, world = block.visit, block.state, block.world
    weight = 1.0 + world.trust[0] + params.memory_in_expectation + params.reviews_in_expectation
    scale = block.market.memo["usage/scale"]
    # capabilities and levels are in units of the episode, moments in units before the episode is scaled
    base = ((world.lift[:4] + (world.level if params.sees_levels else 0.0)) / scale).astype(np.float32)
    expected = (params.reviews_in_expectation * world.rating_change / weight).astype(np.float32)
    moments = visit.moments
    _moments(visit.who, block.count, block.at, block.draw("usage/episode"), *block.key, *moments)
    _add_brand(block.count, visit.choice, base, params.noise, moments)
    q0, q1, q2, q3 = moments
    _remembered_episode(block.count, params.peak, params.end, scale, q0, q1, q2, q3, visit.uplift, visit.experienced)
    at_last = (block.week, visit.previous_week, visit.faded)
    if world.fades_plainly.all():
        recall(visit.who, block.count, visit.choice, state.memory, world.fade[0], *at_last)
    else:
        recall_by_sign(visit.who, block.count, visit.choice, state.memory, world.memory_kept, *at_last)
    _satisfy(
        block.count, visit.choice, expected, params.gap_weight, params.loss_aversion,
        params.memory_in_expectation / weight, world.satisfaction_centre[0], visit.experienced, visit.expectation,
        visit.faded, visit.satisfaction,
    )  # fmt: skip
    _learn(
        visit.who, block.count, visit.choice, params.learning, params.bad_enough, visit.faded,
        visit.satisfaction, state.memory, state.unsettled, block.tally.satisfaction,
    )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="usage",
    phase=Phase.USE,
    order=10,
    does="experience at the four moments, gap to expectation, satisfaction, peak-and-end memory",
    params=Params,
    state=(
        Field("memory", ("N", "B"), "float32", "sd", "remembered satisfaction, as of the last purchase of the brand"),
    ),
    world=(
        *FIELDS,
        Field("satisfaction_centre", ("1",), "float64", "sd", "mean satisfaction in the undisturbed market"),
    ),
    visit=(
        Field("moments", ("4", "V"), "float32", "sd", "experience at the four moments"),
        Field("experienced", ("V",), "float32", "sd", "experience of the episode, peak and end weighted"),
        Field("faded", ("V",), "float32", "sd", "memory of the chosen brand just before this purchase"),
        Field("satisfaction", ("V",), "float32", "sd", "satisfaction with this purchase"),
    ),
    tallies=(Field("satisfaction", ("B",), "int64", "sd/65536", "sum of satisfaction"),),
    reads=(
        "who", "choice", "uplift", "expectation", "trust", "previous_week", "memory", "lift", "level", "rating_change",
        "satisfaction_centre", "fades_plainly", "memory_kept", "taste", "constant", "rate",
    ),
    writes=(
        "memory", "bought_week", "last_brand", "fade", "memory_kept", "moments", "experienced", "faded",
        "satisfaction", "unsettled",
    ),
    setup=setup,
    open_week=open_week,
    on_visit=on_visit,
)  # fmt: skip
