"""Telling others: recommending, warning, and posting reviews.

The chance to recommend is logistic in satisfaction; delight may add to it. Who is asked by a survey, and who rates,
answers by the brand's level as well, while what is told to others is the deviation from it, as tastes hold the levels:
levels show in what is reported and move nobody. Warnings are rarer than recommendations
at equal distance, as surveys of talk find (East, Hammond & Wright 2007). Reviews are posted most by those at both
extremes, which gives the J shape of ratings although satisfaction has one mode (Hu, Pavlou & Zhang 2009).
"""

import numpy as np

from sim.market import chance
from sim.market.block import Block
from sim.market.chance import philox, unit
from sim.market.compiled import Array, Lane, Word, formula, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.fastmath import sigmoid
from sim.market.market import Market
from sim.market.state import Field
from sim.market.week import Behaviour, Phase
from sim.market.world.reviews import post_reviews

f = np.float32
CUTS = (-2.0, -1.5, -0.9, 0.7)
"""Satisfaction at which a rating turns to 2, 3, 4 and 5 stars: unimodal at 4 if everybody rates."""


class Params(BaseParams):
    """Who says what to whom."""

    recommend_level: float = dial(
        -0.62, "logit of recommending at average satisfaction", unit="logit", plausible=(-1.5, 0.5), ge=-10, le=10,
        source="formulas §3: a third recommend",
    )  # fmt: skip
    recommend_slope: float = dial(
        1.1, "rise of that logit with satisfaction", unit="logit/sd", plausible=(0.6, 1.6), ge=0, le=10,
        source="formulas §3: top-to-bottom quartile gap of 16.5 points (Temkin 2012: 17)",
    )  # fmt: skip
    delight: float = dial(
        0.2, "extra rise for satisfaction beyond 1, squared", unit="logit/sd^2", plausible=(0, 0.4), ge=0, le=10,
        source="formulas §3: a_2, 0 or .2; disputed",
    )  # fmt: skip
    warn_level: float = dial(
        -2.2, "logit of warning at average satisfaction", unit="logit", plausible=(-3, -1.5), ge=-10, le=10,
        source="East, Hammond & Wright 2007: positive to negative talk about 3 to 1",
    )  # fmt: skip
    talk: float = dial(
        0.5, "share of recommendations and warnings that ties hear of", plausible=(0.2, 1), ge=0, le=1,
        source="assumption: half of what people would say is said",
    )  # fmt: skip
    recommending: bool = dial(
        True, "whether buyers recommend and warn at all", source="model §2: a switch, off in the reference workload",
    )  # fmt: skip
    posting: float = dial(
        0.01, "chance to post a review of a purchase one sd from the norm", plausible=(0.002, 0.05), ge=0, le=1,
        source="assumption: one or two purchases in a hundred are reviewed",
    )  # fmt: skip
    posting_floor: float = dial(
        0.2, "the same for an average purchase, relative to one sd from the norm", plausible=(0, 1), ge=0, le=100,
        source="assumption: gives the J shape of Hu, Pavlou & Zhang 2009",
    )  # fmt: skip
    posting_extremes: float = dial(
        1.0, "how much more the extremes post; 0 makes everybody post alike", plausible=(0, 2), ge=0, le=10,
        source="Hu, Pavlou & Zhang 2009: under-reporting bias",
    )  # fmt: skip
    in_stars: bool = dial(
        True, "whether reviews give stars, or satisfaction itself", source="assumption: the reference workload says it",
    )  # fmt: skip
    review_half_life: float = dial(
        26.0, "half-life of a review's weight on the platform", unit="weeks", plausible=(8, 104), gt=0, le=1e9,
        source="assumption: platforms show recent reviews first",
    )  # fmt: skip


def setup(market: Market) -> None:
    """Draw how much each shopper talks."""
    spread = market.spec.population.sociability_spread
    z = chance.normals(market.seed, "advocacy/sociability", np.arange(market.spec.shoppers))
    market.state.sociability[:] = np.exp(spread * z - spread**2 / 2.0)


def close_week(market: Market) -> None:
    """Put this week's reviews on the platform, to be read from next week."""
    params = market.params["advocacy"]
    assert isinstance(params, Params)
    post_reviews(market, 0.5 ** (1.0 / params.review_half_life))


@formula
def _chance_to_recommend(s: Lane, level: Lane, slope: Lane, delight: Lane) -> Lane:
    extra = max(s - f(1), f(0))
    return sigmoid(f(level) + f(slope) * s + f(delight) * extra * extra)


@kernel
def _tell(
    who: Array, count: int, choice: Array, satisfaction: Array, sociability: Array, level: float, slope: float,
    delight: float, warn: float, talk: float, quality: Array, asked: Array, at: Word, why: Word, k0: Word, k1: Word,
    speaks: Array, reports: Array, tells: Array,
) -> None:  # fmt: skip
    """Draw for each buyer whether ties hear it recommend or warn (bit 0), and what a survey hears (bit 1)."""
    for j in range(count):
        b = choice[j]
        invited = asked[b] if satisfaction[j] > f(0) else 1.0
        speaks[j] = f(talk) * sociability[who[j]] * f(invited)
        reports[j] = satisfaction[j] + f(quality[b])
    for j in range(count):
        s = satisfaction[j]
        w0, w1, w2, _ = philox(np.uint64(who[j]), at, np.uint64(0), why, k0, k1)
        recommends = np.uint32(unit(w0) < _chance_to_recommend(s, level, slope, delight))
        warns = np.uint32(unit(w1) < sigmoid(f(warn) - f(slope) * s))
        heard = np.uint32(unit(w2) < speaks[j]) & (recommends | warns)
        says_so = np.uint32(unit(w0) < _chance_to_recommend(reports[j], level, slope, delight))
        tells[j] = heard | says_so << np.uint32(1)


@kernel
def _say(
    who: Array, count: int, choice: Array, satisfaction: Array, tells: Array, week: int, centre: float, saying: Array,
    recommended: Array, talked: Array, valence: Array,
) -> None:  # fmt: skip
    """Note what is said from now on, and count it."""
    for j in range(count):
        b = choice[j]
        recommended[b] += tells[j] >> 1
        if tells[j] & 1:
            s = satisfaction[j]
            steps = min(max(np.rint((s - f(centre)) * f(16)), f(-128)), f(127))
            what = np.uint32(b + 1) | np.uint32(int(steps) + 128) << np.uint32(8)
            saying[who[j]] = what | np.uint32(week) << np.uint32(16)
            talked[b] += 1
            valence[b] += int(np.rint(s * f(65536)))


@formula
def _chance_to_post(s: Lane, posting: Lane, floor: Lane, extremes: Lane) -> Lane:
    return f(posting) * (f(1) + f(extremes) * (f(floor) + s * s - f(1)))


@kernel
def _decide_to_review(
    who: Array, count: int, satisfaction: Array, posting: float, floor: float, extremes: float, at: Word, why: Word,
    k0: Word, k1: Word, posts: Array,
) -> None:  # fmt: skip
    """Draw who posts a review: most likely those at the extremes."""
    for j in range(count):
        w0, _, _, _ = philox(np.uint64(who[j]), at, np.uint64(1), why, k0, k1)
        posts[j] = unit(w0) < _chance_to_post(satisfaction[j], posting, floor, extremes)


@kernel
def _ask_for_reviews(
    who: Array, count: int, choice: Array, satisfaction: Array, asked: Array, posting: float, floor: float,
    extremes: float, at: Word, why: Word, k0: Word, k1: Word, posts: Array,
) -> None:  # fmt: skip
    """Decide anew, by the same draw, for the happy buyers of brands that ask more or less than usual."""
    for j in range(count):
        invited, s = asked[choice[j]], satisfaction[j]
        if s > f(0) and invited != f(1):
            w0, _, _, _ = philox(np.uint64(who[j]), at, np.uint64(1), why, k0, k1)
            posts[j] = unit(w0) < invited * _chance_to_post(s, posting, floor, extremes)


@kernel
def _review(
    count: int, posts: Array, choice: Array, satisfaction: Array, quality: Array, in_stars: bool, posted: Array,
    score: Array, square: Array,
) -> None:  # fmt: skip
    for j in range(count):
        if posts[j]:
            b, s = choice[j], satisfaction[j]
            y = s + f(quality[b])
            star = 1 + int(y >= f(CUTS[0])) + int(y >= f(CUTS[1])) + int(y >= f(CUTS[2])) + int(y >= f(CUTS[3]))
            posted[b, star - 1] += 1
            says = f(star) if in_stars else s
            score[b] += int(np.rint(says * f(65536)))
            square[b] += int(np.rint(says * says * f(65536)))


def on_visit(block: Block) -> None:
    """Let buyers recommend, warn and review."""
    params = block.params("advocacy")
    assert isinstance(params, Params)
    visit, state, world, tally = block.visit, block.state, block.world, block.tally
    draws = (block.at, block.draw("advocacy/tell"), *block.key)
    if params.recommending:
        _tell(
            visit.who, block.count, visit.choice, visit.satisfaction, state.sociability, params.recommend_level,
            params.recommend_slope, params.delight, params.warn_level, params.talk, world.level, world.asked, *draws,
            visit.speaks, visit.reports, visit.tells,
        )  # fmt: skip
        _say(
            visit.who, block.count, visit.choice, visit.satisfaction, visit.tells, block.week & 0xFFFF,
            world.talk_centre[0], state.saying, tally.recommended, tally.talked, tally.talk_valence,
        )  # fmt: skip
    posting = (params.posting, params.posting_floor, params.posting_extremes)
    _decide_to_review(visit.who, block.count, visit.satisfaction, *posting, *draws, visit.posts)
    if (world.asked != 1.0).any():
        _ask_for_reviews(
            visit.who, block.count, visit.choice, visit.satisfaction, world.asked, *posting, *draws, visit.posts
        )
    _review(
        block.count, visit.posts, visit.choice, visit.satisfaction, world.level, params.in_stars, tally.reviews_posted,
        tally.review_score, tally.review_score_square,
    )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="advocacy",
    phase=Phase.SHARE,
    order=10,
    does="recommends, warns, and posts reviews",
    params=Params,
    state=(
        Field("sociability", ("N",), "float32", "", "how much the shopper talks, mean 1", fill=1, fixed=True),
        Field("saying", ("N",), "uint32", "packed", "what the shopper says from next week on, packed as `said`"),
    ),
    world=(
        Field("talk_centre", ("1",), "float64", "sd", "mean satisfaction of those who talk, undisturbed"),
        Field("asked", ("B",), "float32", "", "factor by which happy buyers are led to talk and to post", fill=1),
    ),
    visit=(
        Field("posts", ("V",), "uint8", "yes/no", "whether the shopper posts a review of this purchase"),
        Field("speaks", ("V",), "float32", "", "chance that ties hear of a recommendation or warning"),
        Field("reports", ("V",), "float32", "sd", "satisfaction beside all brands, as a survey hears of it"),
        Field("tells", ("V",), "uint8", "bits", "is heard by ties; tells a survey that it recommends"),
    ),
    tallies=(
        Field("recommended", ("B",), "int64", "visits", "purchases after which a survey finds it recommended"),
        Field("talked", ("B",), "int64", "visits", "purchases talked about"),
        Field("talk_valence", ("B",), "int64", "sd/65536", "sum of satisfaction of those who talk"),
        Field("reviews_posted", ("B", "Y"), "int64", "reviews", "reviews posted, by stars"),
        Field("review_score", ("B",), "int64", "stars/65536", "sum of what reviews say"),
        Field("review_score_square", ("B",), "int64", "stars^2/65536", "sum of squares of what reviews say"),
    ),
    reads=("choice", "satisfaction", "sociability", "level", "talk_centre", "asked"),
    writes=(
        "saying", "posts", "speaks", "reports", "tells", "recommended", "talked", "talk_valence", "reviews_posted",
        "review_score",
        "review_score_square", "stars", "score", "score_square",
    ),
    setup=setup,
    on_visit=on_visit,
    close_week=close_week,
)  # fmt: skip
